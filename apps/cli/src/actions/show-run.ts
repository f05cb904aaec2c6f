import { type LocalStore, localStore } from "@dad/local";
import type { InputRequest, RunDetails } from "@dad/protocol";
import { withoutContents } from "@dad/run-context";
import { errorLines, jsonText, paintFor, summaryText, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRootThere } from "../project/find-project.ts";
import { answerCommands, commandLine, outcomeCommands, resumeCommands } from "../project/next-commands.ts";
import { unanswered } from "../project/find-request.ts";
import { findRun } from "../project/find-run.ts";
import { onlyAt } from "../project/only-at.ts";
import { outcomeRepositoryOf } from "../project/outcome-of.ts";
import { postedAnswers } from "../project/posted-answers.ts";

export interface ShowFlags {
  readonly runRoot?: string;
  /** Of a node, or of what nodes are in. */
  readonly node?: string;
  readonly all?: true;
  readonly json?: true;
}

/** Shows one run as its journal tells it. */
export async function showRun(runId: string, flags: ShowFlags): Promise<number> {
  offerOwnPackages();
  const runRoot = await findRunRootThere({ cwd: process.cwd(), runRoot: flags.runRoot });
  await using store = localStore({ runRoot });
  const found = await findRun(store, runId);
  const run = flags.node === undefined ? found : onlyAt(found, flags.node);
  if (flags.json) process.stdout.write(jsonText(withoutContents(run)));
  else process.stdout.write(`${await detailsText({ ...run, requests: await stillAsked(store, run) }, { ...flags, runRoot })}\n`);
  return EXIT.done;
}

/** What a run needs somebody for: what it has been answered since it was worked on, and what expired, it finds when it goes on. */
export async function stillAsked(store: LocalStore, run: RunDetails): Promise<InputRequest[]> {
  return unanswered({ run, posted: await postedAnswers(store, run.runId), now: Date.now() });
}

/** What `dad show` prints of a run. */
export async function detailsText(run: RunDetails, { runRoot, node, all }: ShowFlags & { readonly runRoot: string }): Promise<string> {
  const paint = paintFor(process.stdout);
  const cwd = process.cwd();
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const outcomeRepository = await outcomeRepositoryOf(run, runRoot);
  const shown = visible(run);
  const summary = summaryText(shown, {
    paint,
    cwd,
    columns: process.stdout.columns,
    artifacts: true,
    profile: shown.source?.profile,
    outcomeRepository,
    next: [
      ...answerCommands(run, line),
      ...resumeCommands(run, line),
      line("report", run.runId),
      ...(outcomeRepository === undefined ? [] : outcomeCommands(run, line)),
    ],
    allNodes: all ? undefined : line("show", run.runId, ...(node === undefined ? [] : ["--node", node]), "--all"),
  });
  return shown.error ? [summary, ...errorLines(shown.error, paint)].join("\n") : summary;
}
