import { dirname, resolve } from "node:path";
import { localStore, runAgent, type RunAgentOptions } from "@dad/local";
import { DadError } from "@dad/protocol";
import { loadAgent } from "../agent-file/load-agent.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { findProject, type IsolationFlags, type OutcomeFlags } from "../project/find-project.ts";
import { parseBudget } from "../project/parse-budget.ts";
import { readInputs } from "../project/read-inputs.ts";
import { sourceOf } from "../project/source-of.ts";
import { type AskingFlags, atTerminal } from "../terminal/at-terminal.ts";
import { divertOutput } from "../terminal/divert-output.ts";
import { redactedStderr } from "../terminal/redacted-stderr.ts";
import { startTelling } from "../terminal/start-telling.ts";
import { runToItsEnd } from "./run-to-its-end.ts";
import { tellRun } from "./tell-run.ts";

export interface RunFlags extends IsolationFlags, OutcomeFlags, AskingFlags {
  /** `usd=2,tokens=200k`, each. */
  readonly budget?: readonly string[];
  /** `<path>=<json>`, in the order given. */
  readonly input?: readonly string[];
  readonly staticInputs?: string;
  readonly inputDir?: readonly string[];
  readonly runRoot?: string;
  readonly runId?: string;
  readonly prefix?: string;
  readonly profile?: string;
  readonly durability?: "strict" | "relaxed";
}

/** Runs what a file exports, tells how it goes on stderr and how it went on stdout. */
export async function runFile(file: string, flags: RunFlags): Promise<number> {
  const cwd = process.cwd();
  const how = howOf(flags);
  const path = resolve(cwd, file);
  using secrets = redactedStderr();
  const { progress, onInput, keptIn } = atTerminal(flags);
  using output = divertOutput((text) => progress.log(text), secrets);
  offerOwnPackages();

  const { inputs, inputFiles, located } = await readInputs(flags, cwd);
  const definition = await loadAgent(path);
  const project = await findProject(dirname(path), { cwd, runRoot: flags.runRoot });
  await keptIn(project.store.runRoot);
  const profile = project.resources.select(flags.profile);
  const resources = await project.resources.profile(profile);
  const { outcome, revision } = project.outcome(flags);
  await using store = localStore({ ...project.store, ...(flags.durability === undefined ? {} : { durability: flags.durability }) });
  const ended = await runToItsEnd(progress, (work) =>
    located(
      runAgent(definition, {
        ...work,
        store,
        inputs,
        inputFiles,
        ports: {
          resources,
          onEvent: startTelling(progress, store),
          onSecret: (secret) => secrets.add(secret),
          onInput,
          isolation: project.isolation(flags),
          outcome,
          observability: project.observability(progress),
        },
        source: sourceOf(path, store, profile),
        ...how,
        ...(revision === undefined ? {} : { revision }),
      }).catch((error: unknown) => Promise.reject(profile === undefined ? withoutProfiles(error) : error)),
    ),
  );
  return await tellRun(ended, { store, resources, json: flags.json ?? false, output });
}

/** @throws UsageError (`USAGE_INVALID`). */
function howOf({ budget, runId, prefix }: RunFlags): Pick<RunAgentOptions, "budget" | "runId" | "runIdPrefix"> {
  return { budget: parseBudget(budget), ...(runId === undefined ? {} : { runId }), ...(prefix === undefined ? {} : { runIdPrefix: prefix }) };
}

/** Whoever has written no profile cannot know from which one something is missing. */
function withoutProfiles(error: unknown): unknown {
  if (!DadError.is(error, "RESOURCE_UNKNOWN")) return error;
  const { code, message, details } = error;
  return new DadError(code, `${message}\n  the project has no profiles: write some into resources.yaml in its directory`, details ? { details } : {});
}
