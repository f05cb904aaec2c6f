import { dirname, join, resolve } from "node:path";
import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { type AgentRun, type LocalStore, localStore, runAgent } from "@dad/local";
import { nodeDirectory, type RunDetails, type RunSummary, type StaticInputs } from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import { errorText, jsonText, paintFor, placeText, type Progress, progressOn, summaryText, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { loadAgent } from "../agent-file/load-agent.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { stayAlive } from "../agent-file/stay-alive.ts";
import { uncaughtErrors } from "../agent-file/uncaught-errors.ts";
import { EXIT, exitCodeOfRun } from "../exit-code.ts";
import { findProject } from "../project/find-project.ts";
import { nextCommands } from "../project/next-commands.ts";
import { readInputs } from "../project/read-inputs.ts";
import { type DivertedOutput, divertOutput } from "../terminal/divert-output.ts";

export interface RunFlags {
  /** `<path>=<json>`, in the order given. */
  readonly input?: readonly string[];
  readonly staticInputs?: string;
  readonly runRoot?: string;
  readonly runId?: string;
  readonly prefix?: string;
  readonly profile?: string;
  readonly json?: true;
}

/** Runs what a file exports, tells how it goes on stderr and how it went on stdout. */
export async function runFile(file: string, flags: RunFlags): Promise<number> {
  const cwd = process.cwd();
  const path = resolve(cwd, file);
  const progress = progressOn(process.stderr, { term: process.env["TERM"] });
  using output = divertOutput((text) => progress.log(text));
  offerOwnPackages();

  const inputs = await readInputs(flags, cwd);
  const definition = await loadAgent(path);
  const project = await findProject(dirname(path), { cwd, runRoot: flags.runRoot });
  const resources = project.profile(flags.profile);
  await using store = localStore(project.store);
  const ended = await runToItsEnd({ definition, inputs, resources, store, progress, flags });
  const told = await tell(ended, { store, resources, flags, output });
  return exitCodeOfRun(ended.run, ended.error) || (told ? EXIT.done : EXIT.failed);
}

interface Job {
  readonly definition: AgentDefinition | FlowDefinition;
  readonly inputs: StaticInputs;
  readonly resources: ResourceProfile;
  readonly store: LocalStore;
  readonly progress: Progress;
  readonly flags: RunFlags;
}

type EndedRun = Pick<AgentRun<unknown>, "run" | "error">;

async function runToItsEnd({ definition, inputs, resources, store, progress, flags }: Job): Promise<EndedRun> {
  using shown = progress;
  const say = (text: string): void => shown.log(text);
  using alive = stayAlive(say);
  using stop = interruption({
    say,
    end() {
      alive[Symbol.dispose]();
      process.exit(EXIT.cancelled);
    },
  });
  return await runAgent(definition, {
    store,
    inputs,
    ports: { resources, hostEnv: process.env, onEvent: shown.onEvent },
    signal: stop.signal,
    failure: uncaughtErrors(say),
    ...(flags.runId === undefined ? {} : { runId: flags.runId }),
    ...(flags.prefix === undefined ? {} : { runIdPrefix: flags.prefix }),
  });
}

type Telling = Pick<Job, "store" | "resources" | "flags"> & { readonly output: DivertedOutput };

/** False when the result did not arrive. */
async function tell({ run, error }: EndedRun, telling: Telling): Promise<boolean> {
  const told = await telling.output.tell(telling.flags.json ? jsonText(summaryOf(run)) : await textOf(run, telling));
  if (error !== undefined) process.stderr.write(`${errorText(error, paintFor(process.stderr))}\n${placesToLook(run, process.cwd())}`);
  return told;
}

async function textOf(run: RunDetails, { store, resources }: Telling): Promise<string> {
  const cwd = process.cwd();
  const summary = summaryText(visible(run), {
    paint: paintFor(process.stdout),
    cwd,
    columns: process.stdout.columns,
    profile: visible(profileText(resources)),
    outcomeRepository: store.outcomes.location,
    next: await nextCommands(run, { cwd, runRoot: store.runRoot, clone: process.env["DAD_CLONE"] }),
  });
  return `${summary}\n`;
}

/** What `dad run --json` promises, and nothing else. */
function summaryOf({ runId, executionId, status, runDir, outcome, usage, nodes, error }: RunDetails): RunSummary {
  return {
    runId,
    executionId,
    status,
    runDir,
    outcome,
    usage,
    nodes: nodes.map(({ path, status, decision, durationMs }) => ({ path, status, decision, durationMs })),
    ...(error ? { error } : {}),
  };
}

function profileText(profile: ResourceProfile): string | undefined {
  if (profile.note !== undefined) return `${profile.name}: ${profile.note}`;
  return profile.ids("model").length + profile.ids("endpoint").length > 0 ? profile.name : undefined;
}

function placesToLook({ runDir, nodes }: RunDetails, cwd: string): string {
  const failed = nodes.filter(({ status }) => status === "failed");
  return failed.map(({ path }) => `  look at ${visible(placeText(join(runDir, nodeDirectory(path)), cwd))}\n`).join("");
}
