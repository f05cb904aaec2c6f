import { dirname, resolve } from "node:path";
import { commandsLeft, localStore, redactingFor, type ResumeAgentOptions, resumeAgent } from "@dad/local";
import type { RunDetails } from "@dad/protocol";
import { readHistory } from "@dad/run-context";
import { visible } from "@dad/terminal";
import { loadAgent } from "../agent-file/load-agent.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { RunSourceUnknownError } from "../errors.ts";
import { assumptionsOf, type AssumptionFlags } from "../project/assumptions.ts";
import { findProject, findRunRootThere, type IsolationFlags } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { parseBudgetChange } from "../project/parse-budget.ts";
import { leftCommandText } from "../terminal/left-command-text.ts";
import { type AskingFlags, atTerminal } from "../terminal/at-terminal.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { redactedStderr } from "../terminal/redacted-stderr.ts";
import { runToItsEnd } from "./run-to-its-end.ts";
import { tellRun } from "./tell-run.ts";

export interface ResumeFlags extends AssumptionFlags, IsolationFlags, AskingFlags {
  /** `false` for `--no-outcome`. */
  readonly outcome?: boolean;
  readonly runRoot?: string;
  readonly profile?: string;
  readonly takeOver?: true;
  readonly allowChanged?: true;
  /** `usd=2,tokens=none`, each. */
  readonly budget?: readonly string[];
}

/** Goes on with a run, tells how it goes on stderr and how it went on stdout. */
export async function resumeRun(runId: string, file: string | undefined, flags: ResumeFlags): Promise<number> {
  const cwd = process.cwd();
  const how = howOf(flags);
  using secrets = redactedStderr();
  const { progress, onInput, keptIn } = atTerminal(flags);
  using output = divertOutput((text) => progress.log(text), secrets);
  offerOwnPackages();

  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  await keptIn(runRoot);
  const { path, source, spaces, history, left } = await begunRun(runId, { file, runRoot, cwd, takeOver: flags.takeOver ?? false });
  const definition = await loadAgent(path);
  for (const command of left) progress.log(`${leftCommandText(visible(command))}\n`);
  const project = await findProject(dirname(path), { cwd, runRoot });
  const resources = await project.resources.profile(project.resources.select(flags.profile, source?.profile));
  // One that has an outcome, or was to have one from a revision, goes on with it.
  const isBegun = history.outcome.start !== undefined || history.revision !== undefined;
  const { outcome } = project.outcome(flags.outcome === false ? { outcome: false } : isBegun ? { outcome: true } : {});
  // Also when the directory of the project has another name by now, its outcome is where it was.
  await using store = localStore({ ...project.store, ...(source?.project === undefined ? {} : { project: source.project }) });
  const { redactor } = redactingFor({ store, ports: { resources } });
  const assume = await assumptionsOf({ definition, file: path, history, allowChanged: flags.allowChanged ?? false, redactor }, flags);
  const ended = await runToItsEnd(progress, (work) =>
    resumeAgent(definition, {
      ...work,
      store,
      runId,
      history,
      assume,
      ports: {
        resources,
        onEvent: progress.onEvent,
        onSecret: (secret) => secrets.add(secret),
        onInput,
        isolation: project.isolation(flags, { spaces }),
        outcome,
        observability: project.observability(progress),
      },
      ...how,
    }),
  );
  return await tellRun(ended, { store, resources, json: flags.json ?? false, output });
}

/** @throws UsageError (`USAGE_INVALID`). */
function howOf({ budget, takeOver, allowChanged }: ResumeFlags): Pick<ResumeAgentOptions, "budget" | "takeOver" | "allowChanged"> {
  return { budget: parseBudgetChange(budget), ...(takeOver ? { takeOver } : {}), ...(allowChanged ? { allowChanged } : {}) };
}

interface Asked {
  /** What the person wrote. */
  readonly file: string | undefined;
  readonly runRoot: string;
  readonly cwd: string;
  readonly takeOver: boolean;
}

/** What the run was begun with, what had happened in it, and what a process that was killed left behind. */
async function begunRun(runId: string, { file, runRoot, cwd, takeOver }: Asked) {
  await using store = localStore({ runRoot });
  const { source, runId: id, status, spaces } = await findRun(store, runId);
  const path = file === undefined ? recordedFile({ runId: id, source }, runRoot) : resolve(cwd, file);
  // Whoever works on the run has its commands in hand.
  const left = status === "running" && !takeOver ? [] : await commandsLeft(store.journals, id);
  return { path, source, spaces, history: await readHistory(store.journals, id), left };
}

function recordedFile({ runId, source }: Pick<RunDetails, "runId" | "source">, runRoot: string): string {
  if (source === undefined) throw new RunSourceUnknownError(runId);
  return resolve(runRoot, source.file);
}
