import { join } from "node:path";
import { RunUnknownError } from "@dad/journal";
import {
  DadError,
  type ErrorEnvelope,
  errorEnvelope,
  type EventOf,
  type OutcomeRef,
  type RecordedEvent,
  type RunDetails,
  type RunId,
} from "@dad/protocol";
import { detailsOf, emptyProjection, project, type RunProjection, withoutContents } from "@dad/run-context";
import type { AbortOptions, ReportPorts } from "./report-ports.ts";

/** A run as its journal has it, as far as that can be read. */
export interface RecordedRun {
  readonly details: RunDetails;
  readonly live: boolean;
  readonly events: readonly RecordedEvent[];
  readonly spent: RunProjection["spent"];
  /** The files that it starts from. */
  readonly start: OutcomeRef | null;
  /** How its files stand: at its end, or as its nodes left them. */
  readonly outcome: OutcomeRef | null;
  /** Why the journal is not read to its end. */
  readonly damage: ErrorEnvelope | undefined;
}

/** @throws `RUN_UNKNOWN`; `JOURNAL_DAMAGED` when not even its beginning can be read. */
export async function readRecordedRun({ journals, runRoot = "" }: ReportPorts, runId: RunId, abort: AbortOptions): Promise<RecordedRun> {
  // Asked before reading: a run that ends in between has its end in what is read.
  const live = (await journals.owner(runId, abort)) !== undefined;
  const events: RecordedEvent[] = [];
  let run = emptyProjection();
  const damage = await untilDamaged(journals.read(runId, abort), (event) => {
    run = project(run, event);
    events.push(event);
  });
  if (!run.started) throw damage ?? new RunUnknownError(runId, runRoot);
  return {
    details: withoutContents(detailsOf(run, { runDir: join(runRoot, runId), live })),
    live,
    events,
    spent: run.spent,
    start: run.start ?? null,
    outcome: run.outcome ?? lastCommit(events),
    damage: damage && errorEnvelope(damage),
  };
}

async function untilDamaged(entries: AsyncIterable<RecordedEvent>, onEvent: (event: RecordedEvent) => void): Promise<DadError | undefined> {
  try {
    for await (const event of entries) onEvent(event);
    return undefined;
  } catch (error) {
    if (DadError.is(error, "JOURNAL_DAMAGED")) return error;
    throw error;
  }
}

/** Of a run that has not come to its end. */
function lastCommit(events: readonly RecordedEvent[]): OutcomeRef | null {
  const last = events.findLast((event): event is RecordedEvent & EventOf<"outcome.committed"> => event.type === "outcome.committed");
  return last?.outcome ?? null;
}
