import { type LocalMaintenance, localMaintenance, localStore } from "@dad/local";
import { DadError, RunId } from "@dad/protocol";
import { RunRootUnknownError } from "../errors.ts";
import { findRuns } from "./find-project.ts";
import { findRun } from "./find-run.ts";
import { isDirectory } from "./is-directory.ts";

export interface Maintenance extends AsyncDisposable {
  readonly store: LocalMaintenance;
  readonly runRoot: string;
  /** Does something with a run. @throws RunUnknownError (`RUN_UNKNOWN`) with those that may have been meant. */
  withRun<Result>(runId: string, work: (runId: RunId) => Promise<Result>): Promise<Result>;
}

/** The run root that somebody means, to be looked at and mended. @throws RunRootUnknownError (`RUN_ROOT_UNKNOWN`). */
export async function openMaintenance(flags: { readonly runRoot?: string | undefined }): Promise<Maintenance> {
  const { runRoot, ...known } = await findRuns({ cwd: process.cwd(), runRoot: flags.runRoot });
  if (!(await isDirectory(runRoot))) throw new RunRootUnknownError(runRoot);
  const store = localMaintenance({ runRoot, ...known, hostEnv: process.env });
  return {
    store,
    runRoot,
    async withRun(given, work) {
      try {
        const runId = RunId.safeParse(given).data;
        if (runId !== undefined) return await work(runId);
      } catch (error) {
        if (!DadError.is(error, "RUN_UNKNOWN")) throw error;
      }
      await using runs = localStore({ runRoot });
      // It fails with what may have been meant, or the run has come into being meanwhile.
      return await work((await findRun(runs, given)).runId);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
