import { DadError, type RunId } from "@dad/protocol";
import type { JournalOwner } from "./journal-store.ts";

/** `RUN_EXISTS`: the run id is taken. Names who works on the run, when somebody does. */
export class RunExistsError extends DadError<"RUN_EXISTS"> {
  constructor(runId: RunId, options: { readonly cause?: unknown; readonly owner?: JournalOwner | undefined } = {}) {
    const { owner, ...cause } = options;
    const who = owner ? ` (${nameOf(owner)} works on it)` : "";
    super("RUN_EXISTS", `there is a run ${runId} already${who}: choose another id, or leave it out to get a new one`, {
      ...cause,
      details: { runId, ...(owner ? { owner: { ...owner } } : {}) },
    });
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
  constructor(runId: RunId, owner: JournalOwner | undefined) {
    super("RUN_LOCKED", `${owner ? nameOf(owner) : "another process"} works on run ${runId}: wait for it, or stop it`, {
      retryable: true,
      details: { runId, ...(owner ? { owner: { ...owner } } : {}) },
    });
  }
}

/** `RUN_TAKEN_OVER`: somebody else has taken the run over from this writer. Nothing of what it appends counts any more. */
export class RunTakenOverError extends DadError<"RUN_TAKEN_OVER"> {
  constructor(runId: RunId, owner?: JournalOwner) {
    const who = owner ? nameOf(owner) : "somebody else";
    super("RUN_TAKEN_OVER", `${who} has taken run ${runId} over: this process must stop working on it`, {
      details: { runId, ...(owner ? { owner: { ...owner } } : {}) },
    });
  }
}

/** `JOURNAL_DAMAGED`: an entry before the last is not what its writer wrote, or one does not follow the one before it. */
export class JournalDamagedError extends DadError<"JOURNAL_DAMAGED"> {
  constructor(runId: RunId, place: { readonly line: number; readonly reason: string }, options: { readonly cause?: unknown } = {}) {
    super("JOURNAL_DAMAGED", `the journal of run ${runId} is damaged in line ${place.line}: ${place.reason}`, {
      ...options,
      details: { runId, ...place },
    });
  }
}

/** `JOURNAL_CLOSED`: appended to after the journal was closed, or after an append failed (then with its `cause`). */
export class JournalClosedError extends DadError<"JOURNAL_CLOSED"> {
  constructor(runId: RunId, options: { readonly cause?: unknown } = {}) {
    const why = "cause" in options ? ": a write to it failed, open the run again to go on from what is recorded" : "";
    super("JOURNAL_CLOSED", `the journal of run ${runId} takes no more entries${why}`, { ...options, details: { runId } });
  }
}

/** `JOURNAL_STORAGE_FAILED`: the storage refused an operation (no space, no permission, a broken device). */
export class JournalStorageError extends DadError<"JOURNAL_STORAGE_FAILED"> {
  constructor(operation: string, path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super("JOURNAL_STORAGE_FAILED", `cannot ${operation} ${path}: ${reason}`, { cause, details: { operation, path } });
  }
}

function nameOf(owner: JournalOwner): string {
  return `process ${owner.pid} on ${owner.host}, since ${owner.since},`;
}
