import { join } from "node:path";
import type { AgentRun, LocalStore } from "@dad/local";
import { type InboxAnswer, nodeDirectory, type RunDetails, type RunSummary } from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import { errorText, jsonText, paintFor, placeText, summaryText, visible, whoText } from "@dad/terminal";
import { EXIT, exitCodeOfRun } from "../exit-code.ts";
import { answerCommands, type CommandLine, commandLine, outcomeCommands, resumeCommands } from "../project/next-commands.ts";
import { postedAnswers } from "../project/posted-answers.ts";
import type { DivertedOutput } from "../terminal/divert-output.ts";

export type EndedRun = Pick<AgentRun<unknown>, "run" | "error">;

export interface Telling {
  readonly store: LocalStore;
  readonly resources: ResourceProfile;
  readonly json: boolean;
  readonly output: DivertedOutput;
}

/** Tells how a run went on stdout, and what ended it on stderr. Gives the exit code. */
export async function tellRun(ended: EndedRun, telling: Telling): Promise<number> {
  const told = await isTold(ended, telling);
  return exitCodeOfRun(ended.run, ended.error) || (told ? EXIT.done : EXIT.failed);
}

/** False when the result did not arrive. */
async function isTold({ run, error }: EndedRun, telling: Telling): Promise<boolean> {
  const { store } = telling;
  const told = await telling.output.tell(telling.json ? jsonText(summaryOf(run)) : await textOf(run, telling));
  for (const { request, by } of await answeredMeanwhile(run, store))
    process.stderr.write(visible(`${request} is answered ${whoText(by)} meanwhile\n`));
  if (error !== undefined) process.stderr.write(`${errorText(error, paintFor(process.stderr))}\n${placesToLook(run, store)}`);
  return told;
}

/** An answer may come while a run is being parked: then nobody waits for it any more. */
async function answeredMeanwhile({ runId, status, requests = [] }: RunDetails, store: LocalStore): Promise<InboxAnswer[]> {
  if (status !== "waiting") return [];
  const posted = await postedAnswers(store, runId);
  return posted.filter(({ request }) => requests.some(({ id }) => id === request));
}

async function textOf(run: RunDetails, { store, resources }: Telling): Promise<string> {
  const cwd = process.cwd();
  const line = await commandLine({ cwd, runRoot: store.runRoot, clone: process.env["DAD_CLONE"] });
  const summary = summaryText(visible(run), {
    paint: paintFor(process.stdout),
    cwd,
    columns: process.stdout.columns,
    profile: visible(profileText(resources)),
    outcomeRepository: store.outcomes.location,
    next: nextCommands(run, line),
    allNodes: line("show", run.runId, "--all"),
  });
  return `${summary}\n`;
}

function nextCommands(run: RunDetails, line: CommandLine): string[] {
  const { runId } = run;
  return [
    ...answerCommands(run, line),
    ...resumeCommands(run, line),
    line("show", runId),
    line("report", runId),
    ...outcomeCommands(run, line),
    line("ls"),
  ];
}

/** What `dad run --json` promises, and nothing else. */
function summaryOf({ runId, executionId, status, runDir, outcome, start, workspace, usage, nodes, requests, budget, error }: RunDetails): RunSummary {
  return {
    runId,
    executionId,
    status,
    runDir,
    outcome,
    ...(start ? { start } : {}),
    ...(workspace === undefined ? {} : { workspace }),
    usage,
    nodes: nodes.map(({ path, status, decision, attempt, handled, durationMs }) => ({ path, status, decision, attempt, handled, durationMs })),
    ...(requests ? { requests } : {}),
    ...(budget ? { budget } : {}),
    ...(error ? { error } : {}),
  };
}

function profileText(profile: ResourceProfile): string | undefined {
  if (profile.note !== undefined) return `${profile.name}: ${profile.note}`;
  return profile.ids("model").length + profile.ids("endpoint").length > 0 ? profile.name : undefined;
}

/** For what of the files an outcome is refused. They stay where the run worked, so that they can be put in order before it is resumed. */
const REFUSED_FILES = new Set(["OUTCOME_SECRET", "OUTCOME_PATH_INVALID"]);

function placesToLook({ runId, runDir, nodes, error }: RunDetails, { workDirectory }: LocalStore): string {
  const failed = nodes.filter(({ status, handled }) => status === "failed" && handled === undefined);
  const places = failed.map(({ path }) => join(runDir, nodeDirectory(path)));
  if (error && REFUSED_FILES.has(error.code)) places.push(join(workDirectory, runId));
  return places.map((place) => `  look at ${visible(placeText(place, process.cwd()))}\n`).join("");
}
