import { localStore } from "@dad/local";
import { listRuns, type RunList } from "@dad/run-context";
import { errorText, jsonText, paintFor, programName, runListText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunRootUnknownError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";

export interface LsFlags {
  readonly runRoot?: string;
  readonly json?: true;
}

/** Lists the runs of a run root. A run that cannot be read is told on stderr, and makes the command fail. */
export async function listRunsIn(flags: LsFlags): Promise<number> {
  offerOwnPackages();
  const runRoot = await findRunRoot({ cwd: process.cwd(), runRoot: flags.runRoot });
  const found = await isDirectory(runRoot);
  // Before its first run a project has no run root; one that was written out is a slip.
  if (!found && flags.runRoot !== undefined) throw new RunRootUnknownError(runRoot);
  const { runs, unreadable, indexError } = found ? await readAll(runRoot) : NO_RUNS;
  if (runs.length + unreadable.length === 0)
    process.stderr.write(`there are no runs in ${visible(runRoot)}: ${programName(process.env["DAD_CLONE"], process.cwd())} run <file> makes one\n`);
  if (flags.json) process.stdout.write(jsonText(runs));
  else if (runs.length > 0) process.stdout.write(`${runListText(visible(runs), paintFor(process.stdout), process.stdout.columns)}\n`);
  if (indexError !== undefined)
    process.stderr.write(`the index of runs could not be used, the list is whole: ${errorText(indexError, paintFor(process.stderr))}\n`);
  for (const { runId, error } of unreadable) process.stderr.write(`run ${runId} cannot be read\n  ${errorText(error, paintFor(process.stderr))}\n`);
  return unreadable.length > 0 ? EXIT.failed : EXIT.done;
}

const NO_RUNS: RunList = { runs: [], unreadable: [] };

async function readAll(runRoot: string): Promise<RunList> {
  await using store = localStore({ runRoot });
  return await listRuns(store.journals, { runRoot, index: store.index });
}
