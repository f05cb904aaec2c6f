import type { Journal } from "@dad/journal";
import type { EventDraft, RecordedEvent, RunDetails, RunEnvParams } from "@dad/protocol";
import { detailsOf, emptyProjection, project } from "./run-projection.ts";
import type { RunPorts } from "./run-ports.ts";

/** The record of a living run: what goes in is durable, then folded, then told. */
export interface RunRecord {
  add(draft: EventDraft): Promise<RecordedEvent>;
  details(): RunDetails;
}

export function runRecord(journal: Journal, { events }: RunPorts, { runDir }: RunEnvParams): RunRecord {
  let projection = emptyProjection();
  return {
    async add(draft) {
      const event = await journal.append(draft);
      projection = project(projection, event);
      events.publish(event);
      return event;
    },
    details: () => detailsOf(projection, { runDir, live: true }),
  };
}
