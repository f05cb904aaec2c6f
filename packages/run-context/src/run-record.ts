import type { AppendOptions, Journal } from "@dad/journal";
import type { EventDraft, RecordedEvent, RunDetails, RunEnvParams } from "@dad/protocol";
import { redactedDraft } from "./redacted-draft.ts";
import { detailsOf, emptyProjection, project, type RunProjection } from "./run-projection.ts";
import type { RunPorts } from "./run-ports.ts";

/** The record of a living run: what goes in is, without secrets, in the journal, then folded, then told. */
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
  let told: Promise<unknown> = Promise.resolve();

  async function tell(appending: Promise<RecordedEvent>, earlier: Promise<unknown>): Promise<RecordedEvent> {
    const event = await appending;
    // One that nobody waits for is there sooner than one before it that is on its way to the disk.
    await earlier;
    projection = project(projection, event);
    ports.events.publish(event);
    return event;
  }

  return {
    async add(draft, options) {
      const telling = tell(journal.append(redactedDraft(draft, ports.redactor), options), told);
      told = telling.catch(() => undefined);
      return telling;
    },
    details: () => detailsOf(projection, { runDir, live: true }),
  };
}
