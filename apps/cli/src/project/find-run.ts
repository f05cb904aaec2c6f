import type { LocalStore } from "@dad/local";
import { DadError, type RunDetails } from "@dad/protocol";
import { listRuns, readRun } from "@dad/run-context";
import { RunUnknownError } from "../errors.ts";
import { nearestRuns } from "./nearest-runs.ts";

/** A run by its id. @throws RunUnknownError (`RUN_UNKNOWN`) with those that may have been meant. */
export async function findRun({ journals, index, runRoot }: Pick<LocalStore, "journals" | "index" | "runRoot">, runId: string): Promise<RunDetails> {
  const run = await readRun(journals, runId, { runRoot }).catch((error: unknown) => {
    if (DadError.is(error, "RUN_UNKNOWN") || DadError.is(error, "RUN_ID_INVALID")) return undefined;
    throw error;
  });
  if (run) return run;
  const { runs } = await listRuns(journals, { runRoot, index });
  throw new RunUnknownError(
    runId,
    runRoot,
    suggestion(
      runId,
      runs.map((known) => known.runId),
    ),
  );
}

function suggestion(runId: string, newestFirst: readonly string[]): string {
  if (newestFirst.length === 0) return "there is none yet";
  const near = nearestRuns(runId, newestFirst);
  return near.length > 0
    ? `did you mean ${near.join(" or ")}?`
    : `the newest ${newestFirst.length === 1 ? "is" : "are"} ${newestFirst.slice(0, 3).join(", ")}`;
}
