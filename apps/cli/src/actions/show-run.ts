import { localStore } from "@dad/local";
import type { RunDetails } from "@dad/protocol";
import { withoutContents } from "@dad/run-context";
import { errorLines, jsonText, paintFor, summaryText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunRootUnknownError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { findRun } from "../project/find-run.ts";
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
  await using store = localStore({ runRoot });
  const run = await findRun(store, runId);
  process.stdout.write(flags.json ? jsonText(withoutContents(run)) : `${await detailsText(run, runRoot)}\n`);
  return EXIT.done;
}

async function detailsText(run: RunDetails, runRoot: string): Promise<string> {
  const paint = paintFor(process.stdout);
  const outcomeRepository = await outcomeRepositoryOf(run, runRoot);
  const shown = visible(run);
  const summary = summaryText(shown, { paint, cwd: process.cwd(), columns: process.stdout.columns, artifacts: true, outcomeRepository });
  return shown.error ? [summary, ...errorLines(shown.error, paint)].join("\n") : summary;
}
