import type { RunOutcome } from "@dad/outcome";
import { type EventDraft, errorEnvelope, type FinalStatus, type InputId, type RunDetails } from "@dad/protocol";
import type { ClaimedRun } from "./claim-run.ts";
import { RunNotRecordedError, RunNotShownError } from "./errors.ts";
import { redactedError } from "./redacted-error.ts";
import { showRun } from "./run-face.ts";
import type { RunPorts } from "./run-ports.ts";
import type { RunRecord } from "./run-record.ts";
import type { ShownArtifacts } from "./shown-artifacts.ts";

export interface OpenedRun extends ClaimedRun {
  readonly record: RunRecord;
  readonly outcome: RunOutcome | undefined;
  /** That it works in, apart from its record. */
  readonly directory: string | undefined;
  readonly shown: ShownArtifacts;
}

interface Failure {
  readonly cause: unknown;
}

/** How the work on a run comes to an end. */
export type RunEnd =
  | { readonly status: FinalStatus; readonly error: unknown }
  /** It goes on when somebody has answered. */
  | { readonly status: "waiting"; readonly requests: readonly InputId[] };

/**
 * Ends a run, or the work on one that waits. The commit comes before the end is recorded: a run that says that it is over has its
 * outcome. One whose outcome cannot be committed has failed, whatever else was said of it.
 *
 * @throws what the outcome threw; RunNotRecordedError (`RUN_NOT_RECORDED`); RunNotShownError (`RUN_NOT_SHOWN`).
 */
export async function completeRun(run: OpenedRun, end: RunEnd): Promise<RunDetails> {
  const uncommitted = await commitOutcome(run, end.status);
  const failure = "error" in end && end.error !== undefined ? { cause: redactedError(end.error, run.ports.redactor) } : uncommitted;
  try {
    if (uncommitted) await run.record.add({ type: "outcome.failed", error: errorEnvelope(uncommitted.cause) });
    await run.record.add(endOf(uncommitted ? { status: "failed", error: undefined } : end, failure, run.record.details()));
  } catch (cause) {
    throw new RunNotRecordedError(run.env.runId, { cause, ended: failure?.cause });
  }
  const details = run.record.details();
  const unshown = (await failureOf(run.shown.settled())) ?? (await failureOf(showRun(run.ports, details)));
  await flushWatchers(run.ports);
  if (uncommitted) throw uncommitted.cause;
  if (unshown) throw new RunNotShownError(details.runId, details.status, unshown.cause);
  return details;
}

async function commitOutcome({ outcome, env, journal, record }: OpenedRun, status: RunEnd["status"]): Promise<Failure | undefined> {
  if (!outcome) return undefined;
  const subject = `[${env.runId}] Run ${status} at ${new Date().toISOString()}`;
  return failureOf(
    // Whoever was taken the run from must not move its branch.
    journal
      .assertOwned()
      .then(() => outcome.commit({ subject, trailers: { "Dad-Epoch": String(journal.epoch) }, final: true }))
      .then((committed) => record.add({ type: "outcome.committed", outcome: committed })),
  );
}

function failureOf(work: Promise<unknown>): Promise<Failure | undefined> {
  return work.then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  );
}

function endOf(end: RunEnd, failure: Failure | undefined, { usage }: RunDetails): EventDraft {
  if (end.status === "waiting") return { type: "run.parked", usage, requests: [...end.requests] };
  if (end.status === "completed") return { type: "run.completed", usage };
  const error = failure && errorEnvelope(failure.cause);
  if (end.status === "cancelled") return { type: "run.cancelled", usage, ...(error ? { error } : {}) };
  return { type: "run.failed", usage, error: error ?? { code: "UNEXPECTED", message: "the run failed without an error", retryable: false } };
}

/** How long the end of a run waits for those who only watch. */
const WATCHERS_GRACE_MS = 1_000;

/** A subscriber that hangs and an exporter that cannot reach its collector neither fail nor hold up a run. */
export async function flushWatchers({ events, observability }: RunPorts): Promise<void> {
  const signal = AbortSignal.timeout(WATCHERS_GRACE_MS);
  await Promise.allSettled([events.flush({ signal }), observability.flush({ signal })]);
}
