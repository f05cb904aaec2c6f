import { comparisonHtml, compareRuns } from "@dad/compare";
import { localStore } from "@dad/local";
import type { RunComparison } from "@dad/protocol";
import { comparisonText, jsonText, paintFor, placeText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { commandLine } from "../project/next-commands.ts";
import { outcomeProjectOf } from "../project/outcome-of.ts";
import { pageFile } from "../project/write-page.ts";

export interface DiffFlags {
  readonly runRoot?: string;
  /** Of a node, or of what nodes are in. */
  readonly node?: string;
  readonly html?: string;
  readonly json?: true;
}

/** The ids of two runs, as somebody wrote them. */
export interface GivenRuns {
  readonly before: string;
  readonly after: string;
}

/** Shows how two runs differ, and tells by its exit code whether they do. */
export async function diffRuns(given: GivenRuns, flags: DiffFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  const page = flags.html === undefined ? undefined : await pageFile(flags.html, cwd);
  const comparison = await compare(given, { runRoot, node: flags.node });
  if (page) {
    await page.write(comparisonHtml(comparison));
    process.stderr.write(`the comparison is in ${visible(placeText(page.place, cwd))}\n`);
  }
  process.stdout.write(flags.json ? jsonText(comparison) : `${await textOf(comparison, runRoot)}\n`);
  return comparison.differs ? EXIT.different : EXIT.done;
}

async function compare({ before, after }: GivenRuns, { runRoot, node }: { readonly runRoot: string; readonly node: string | undefined }) {
  await using store = localStore({ runRoot });
  const old = await findRun(store, before);
  const now = await findRun(store, after);
  const project = await outcomeProjectOf(old, runRoot);
  await using own = localStore({ runRoot, hostEnv: process.env, ...(project === undefined ? {} : { project }) });
  const ports = { journals: store.journals, artifacts: store.artifacts, outcomes: project === undefined ? undefined : own.outcomes };
  return await compareRuns(ports, { before: old.runId, after: now.runId, node });
}

async function textOf(comparison: RunComparison, runRoot: string): Promise<string> {
  const { before, after } = comparison;
  const line = await commandLine({ cwd: process.cwd(), runRoot, clone: process.env["DAD_CLONE"] });
  return comparisonText(visible(comparison), {
    paint: paintFor(process.stdout),
    command: (...options) => line("diff", before.runId, after.runId, ...options),
  });
}
