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
 * work throws is thrown.
 */
export async function withRun<Result>(options: OpenRunOptions, work: (run: RunContext) => Promise<Result>): Promise<RunResult<Result>> {
  await using run = await openRun(options);
  let result: Result;
  try {
    result = await work(run);
  } catch (error) {
    await recordFailure(run, error);
    throw error;
  }
  return { result, run: await run.complete("completed") };
}

async function recordFailure(run: RunContext, error: unknown): Promise<void> {
  try {
    await run.complete(run.signal.aborted ? "cancelled" : "failed", error);
  } catch (cause) {
    throw new RunNotRecordedError(run.env.runId, { cause, ended: error });
  }
}
