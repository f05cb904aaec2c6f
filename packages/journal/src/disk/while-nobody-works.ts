import { DadError, type RunId } from "@dad/protocol";
import { checkedRunId } from "../entry.ts";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import { holdRun } from "./run-lease.ts";

/**
 * Does something to what belongs to a run while nobody works on it, and nobody can begin to. Nothing is announced or recorded.
 *
 * Errors: `JOURNAL_STORAGE_FAILED`, and those of the work.
 *
 * @returns what the work gives, or `undefined` when somebody works on the run: then nothing is done.
 */
export async function whileNobodyWorks<Result>(runs: DiskRuns, runId: RunId, work: () => Promise<Result>): Promise<Result | undefined> {
  const lock = await holdRun(runRootOf(runs), checkedRunId(runId)).catch((error: unknown) => {
    if (!DadError.is(error, "RUN_LOCKED")) throw error;
  });
  if (lock === undefined) return undefined;
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
