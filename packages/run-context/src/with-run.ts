import type { RunDetails } from "@dad/protocol";
import { RunNotRecordedError, RunWaitingError } from "./errors.ts";
import { redactedError } from "./redacted-error.ts";
import { type OpenRunOptions, openRun } from "./open-run.ts";
import { type ResumeRunOptions, resumeRun } from "./resume-run.ts";
import type { RunContext } from "./run-context.ts";

interface Failing {
  /** Ends the run as well, but as failed, with the reason of this signal: for what goes wrong beside the work. */
  readonly failure?: AbortSignal;
}

export interface WithRunOptions extends OpenRunOptions, Failing {}

export interface WithResumedRunOptions extends ResumeRunOptions, Failing {}

export interface RunResult<Result> {
  readonly result: Result;
  readonly run: RunDetails;
}

/**
 * Opens a run, does the work in it, and records how it ended: completed when the work returns,
 * cancelled when it throws after the signal was aborted, failed when it throws otherwise or `failure`
 * was aborted first, waiting when it throws a RunWaitingError (`RUN_WAITING`). What the work throws is thrown on without its secrets (of a `failure`, its
 * reason), also when releasing the run fails after it; that it waits is no failure, and says less than that it could not be parked or released.
 */
export async function withRun<Result>({ failure, ...options }: WithRunOptions, work: Work<Result>): Promise<RunResult<Result>> {
  return await inRun(await openRun({ ...options, ...signalOf(options.signal, failure) }), work, failure);
}

/** The same in a run that had been opened before: see `resumeRun`. */
export async function withResumedRun<Result>({ failure, ...options }: WithResumedRunOptions, work: Work<Result>): Promise<RunResult<Result>> {
  return await inRun(await resumeRun({ ...options, ...signalOf(options.signal, failure) }), work, failure);
}

async function inRun<Result>(run: RunContext, work: Work<Result>, failure: AbortSignal | undefined): Promise<RunResult<Result>> {
  let failed = true;
  try {
    const ended = await workToTheEnd(run, work, failure);
    failed = false;
    return ended;
  } catch (error) {
    failed = !(error instanceof RunWaitingError);
    throw redactedError(error, run.ports.redactor);
  } finally {
    await release(run, failed);
  }
}

/** Not `await using`: it would wrap the error that says why in one that says what else went wrong. */
async function release(run: RunContext, failed: boolean): Promise<void> {
  try {
    await run[Symbol.asyncDispose]();
  } catch (error) {
    if (!failed) throw error;
  }
}

function signalOf(cancelled: AbortSignal | undefined, failure: AbortSignal | undefined): Pick<OpenRunOptions, "signal"> {
  const signals = [cancelled, failure].filter((signal) => signal !== undefined);
  return signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
}

type Work<Result> = (run: RunContext) => Promise<Result>;

async function workToTheEnd<Result>(run: RunContext, work: Work<Result>, failure: AbortSignal | undefined): Promise<RunResult<Result>> {
  // Which of its members was aborted first, a combined signal knows only while somebody listens to it.
  run.signal.addEventListener("abort", () => undefined, { once: true });
  let result: Result;
  try {
    result = await work(run);
    failure?.throwIfAborted();
  } catch (thrown) {
    if (thrown instanceof RunWaitingError && !run.signal.aborted) {
      await run.park(thrown.requests);
      throw thrown;
    }
    const broken = failure?.aborted === true && run.signal.reason === failure.reason;
    // How the work took the abort says less than why there was one; that it waited meanwhile says nothing.
    const ended: unknown = broken || thrown instanceof RunWaitingError ? run.signal.reason : thrown;
    // Before it is put into the form of the record, which cuts what is long: also in the middle of a secret.
    const error = redactedError(ended, run.ports.redactor);
    await recorded(run.complete(run.signal.aborted && !broken ? "cancelled" : "failed", error));
    throw error;
  }
  return { result, run: await run.complete("completed") };
}

/** Only that the end is not on record outweighs the error that led to it. */
async function recorded(end: Promise<RunDetails>): Promise<void> {
  await end.catch((trouble: unknown) => {
    if (RunNotRecordedError.is(trouble, "RUN_NOT_RECORDED")) throw trouble;
  });
}
