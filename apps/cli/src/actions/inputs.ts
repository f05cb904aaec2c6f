import { type LocalStore, localStore } from "@dad/local";
import type { InputsReport, RunDetails } from "@dad/protocol";
import { listRuns } from "@dad/run-context";
import { inputsText, jsonText, paintFor } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunRootUnknownError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { isDirectory } from "../project/is-directory.ts";
import { commandLine } from "../project/next-commands.ts";
import { postedAnswers } from "../project/posted-answers.ts";

export interface InputsFlags {
  readonly runRoot?: string;
  readonly json?: true;
}

/** Shows what runs wait for: one, or all that do. */
export async function showInputs(runId: string | undefined, flags: InputsFlags): Promise<number> {
  offerOwnPackages();
  const cwd = process.cwd();
  const runRoot = await findRunRoot({ cwd, runRoot: flags.runRoot });
  const found = await isDirectory(runRoot);
  // Before its first run a project has no run root; one that was written out is a slip.
  if (!found && (flags.runRoot !== undefined || runId !== undefined)) throw new RunRootUnknownError(runRoot);
  await using store = localStore({ runRoot });
  const report = await reportOf(found ? await asking(store, runId) : [], store);
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const context = {
    paint: paintFor(process.stdout),
    answer: (run: string, id: string) => line("answer", run, id),
    resume: (run: string) => line("resume", run),
    now: Date.now(),
  };
  if (flags.json) process.stdout.write(jsonText(report));
  else if (report.inputs.length + report.early.length > 0) process.stdout.write(`${inputsText(report, context)}\n`);
  else process.stdout.write(runId === undefined ? "no run waits for anything\n" : `run ${runId} waits for nothing\n`);
  return EXIT.done;
}

async function asking(store: LocalStore, runId: string | undefined): Promise<RunDetails[]> {
  if (runId !== undefined) return [await findRun(store, runId)];
  const { runs } = await listRuns(store.journals, { runRoot: store.runRoot, index: store.index });
  const waiting = runs.filter(({ status }) => status === "waiting" || status === "running");
  return await Promise.all(waiting.map((run) => findRun(store, run.runId)));
}

async function reportOf(runs: readonly RunDetails[], store: LocalStore): Promise<InputsReport> {
  const report: InputsReport = { format: "dad.inputs/1", inputs: [], early: [] };
  for (const { runId, status, requests = [] } of runs) {
    const answers = new Map((await postedAnswers(store, runId)).map(({ request, value, by }) => [request, { value, by }]));
    for (const request of requests) {
      const answer = answers.get(request.id);
      answers.delete(request.id);
      report.inputs.push({ runId, status, request, ...(answer ? { answer } : {}) });
    }
    // What a run that is completed has not asked, it never will.
    if (status !== "completed") for (const [request, answer] of answers) report.early.push({ runId, request, answer });
  }
  return report;
}
