import type { AppendOptions, Journal } from "@dad/journal";
import type { EventDraft, RecordedEvent, RunDetails, RunEnvParams } from "@dad/protocol";
import { detailsOf, emptyProjection, project, type RunProjection } from "./run-projection.ts";
import type { RunPorts } from "./run-ports.ts";

/** The record of a living run: what goes in is in the journal, then folded, then told. */
export interface RunRecord {
  add(draft: EventDraft, options?: Pick<AppendOptions, "wait">): Promise<RecordedEvent>;
  details(): RunDetails;
}

export interface RunRecordOptions {
  readonly ports: RunPorts;
  readonly env: RunEnvParams;
  /** The run as it stood when its journal was opened. Default: nothing has happened. */
  readonly before?: RunProjection;
}

export function runRecord(journal: Journal, { ports, env: { runDir }, before = emptyProjection() }: RunRecordOptions): RunRecord {
  let projection = before;
  return {
    async add(draft, options) {
      const event = await journal.append(draft, options);
      projection = project(projection, event);
      ports.events.publish(event);
      return event;
    },
    details: () => detailsOf(projection, { runDir, live: true }),
  };
}
