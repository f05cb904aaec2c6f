import { DadError, type RunId } from "@dad/protocol";
import type { JournalOwner } from "./journal-store.ts";

/** `RUN_EXISTS`: the run id is taken. */
export class RunExistsError extends DadError<"RUN_EXISTS"> {
  constructor(runId: RunId, options: { readonly cause?: unknown } = {}) {
    super("RUN_EXISTS", `there is a run ${runId} already: choose another id, or leave it out to get a new one`, { ...options, details: { runId } });
  }
}

/** `RUN_UNKNOWN`: there is no run of this id. */
export class RunUnknownError extends DadError<"RUN_UNKNOWN"> {
  constructor(runId: string, place?: string) {
    const where = place === undefined ? "" : ` in ${place}`;
    super("RUN_UNKNOWN", `there is no run ${runId}${where}`, { details: { runId } });
  }
}

/** `RUN_LOCKED`: somebody else works on the run. */
export class RunLockedError extends DadError<"RUN_LOCKED"> {
  constructor(runId: RunId, owner: JournalOwner) {
    super("RUN_LOCKED", `run ${runId} is being worked on by process ${owner.pid} on ${owner.host} since ${owner.since}`, {
      retryable: true,
      details: { runId, owner: { ...owner } },
    });
  }
}

/** `JOURNAL_DAMAGED`: an entry before the last is not what its writer wrote. */
export class JournalDamagedError extends DadError<"JOURNAL_DAMAGED"> {
  constructor(runId: RunId, place: { readonly line: number; readonly reason: string }, options: { readonly cause?: unknown } = {}) {
    super("JOURNAL_DAMAGED", `the journal of run ${runId} is damaged in line ${place.line}: ${place.reason}`, { ...options, details: { runId, ...place } });
  }
}

/** `JOURNAL_CLOSED`: appended to after the journal was closed, or after an append failed. */
export class JournalClosedError extends DadError<"JOURNAL_CLOSED"> {
  constructor(runId: RunId, options: { readonly cause?: unknown } = {}) {
    super("JOURNAL_CLOSED", `the journal of run ${runId} takes no more entries${"cause" in options ? ": a write to it failed" : ""}`, { ...options, details: { runId } });
  }
}
