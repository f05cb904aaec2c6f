import { localStore } from "@dad/local";
import { DadError, type RunDetails } from "@dad/protocol";
import { listRuns, readRun, withoutContents } from "@dad/run-context";
import { errorLines, jsonText, paintFor, summaryText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunRootUnknownError, RunUnknownError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { nearestRuns } from "../project/nearest-runs.ts";
import { outcomeRepositoryOf } from "../project/outcome-of.ts";

export interface ShowFlags {
  readonly runRoot?: string;
  readonly json?: true;
}

/** Shows one run as its journal tells it. */
export async function showRun(runId: string, flags: ShowFlags): Promise<number> {
  offerOwnPackages();
  const runRoot = await findRunRoot({ cwd: process.cwd(), runRoot: flags.runRoot });
  if (!(await isDirectory(runRoot))) throw new RunRootUnknownError(runRoot);
  const run = await findRun(runId, runRoot);
  process.stdout.write(flags.json ? jsonText(withoutContents(run)) : `${await detailsText(run, runRoot)}\n`);
  return EXIT.done;
}

async function findRun(runId: string, runRoot: string): Promise<RunDetails> {
  await using store = localStore({ runRoot });
  const run = await readRun(store.journals, runId, { runRoot }).catch((error: unknown) => {
    if (DadError.is(error, "RUN_UNKNOWN") || DadError.is(error, "RUN_ID_INVALID")) return undefined;
    throw error;
  });
  if (run) return run;
  const { runs } = await listRuns(store.journals, { runRoot });
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

async function detailsText(run: RunDetails, runRoot: string): Promise<string> {
  const paint = paintFor(process.stdout);
  const outcomeRepository = await outcomeRepositoryOf(run, runRoot);
  const shown = visible(run);
  const summary = summaryText(shown, { paint, cwd: process.cwd(), columns: process.stdout.columns, artifacts: true, outcomeRepository });
  return shown.error ? [summary, ...errorLines(shown.error, paint)].join("\n") : summary;
}
