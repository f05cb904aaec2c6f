import type { RunDetails } from "@dad/protocol";
import { RunNotRecordedError } from "./errors.ts";
import { type OpenRunOptions, openRun } from "./open-run.ts";
import type { RunContext } from "./run-context.ts";

export interface RunResult<Result> {
  readonly result: Result;
  readonly run: RunDetails;
}

/**
 * Opens a run, does the work in it, and records how it ended: completed when the work returns,
 * cancelled when it throws after the signal was aborted, failed when it throws otherwise. What the
 * work throws is thrown on, also when releasing the run fails after it.
 */
export async function withRun<Result>(options: OpenRunOptions, work: (run: RunContext) => Promise<Result>): Promise<RunResult<Result>> {
  const run = await openRun(options);
  let failed = true;
  try {
    const ended = await workToTheEnd(run, work);
    failed = false;
    return ended;
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

async function workToTheEnd<Result>(run: RunContext, work: (run: RunContext) => Promise<Result>): Promise<RunResult<Result>> {
  let result: Result;
  try {
    result = await work(run);
  } catch (error) {
    await recordFailure(run, error);
    throw error;
  }
  return { result, run: await run.complete("completed") };
}

/** Only that the end is not on record outweighs the error that led to it. */
async function recordFailure(run: RunContext, error: unknown): Promise<void> {
  await run.complete(run.signal.aborted ? "cancelled" : "failed", error).catch((trouble: unknown) => {
    if (RunNotRecordedError.is(trouble, "RUN_NOT_RECORDED")) throw trouble;
  });
}
