import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  ConfigInvalidError,
  findConfig,
  loadConfig,
  type LoadConfigOptions,
  type LoadedConfig,
  loadResources,
  type OutcomeConfig,
} from "@dad/config";
import type { IsolationChoice, LocalObservability, LocalOutcomeOptions, LocalStoreOptions } from "@dad/local";
import { type IsolationPolicy, type Preset, PRESETS, strengthened } from "@dad/isolation";
import { messageOf, type RunDetails } from "@dad/protocol";
import type { Progress } from "@dad/terminal";
import { RunRootUnknownError, UsageError } from "../errors.ts";
import { isDirectory } from "./is-directory.ts";
import { projectObservability, projectVersion } from "./project-observability.ts";
import { projectResources, type ProjectResources, secretsOf } from "./project-resources.ts";

/** Where runs are kept, and what they may use. */
export interface Project {
  /** For `localStore`. `runRoot` is absolute. */
  readonly store: LocalStoreOptions & { readonly runRoot: string };
  readonly resources: ProjectResources;
  /** What the commands of its runs are held to. One that goes on from another run is held at least to the preset of that, unless the person wrote one. */
  isolation(flags: IsolationFlags, begun?: Pick<RunDetails, "spaces">): IsolationChoice;
  /** What becomes of the files of its runs. @throws UsageError (`USAGE_INVALID`) for a revision without an outcome. */
  outcome(flags: OutcomeFlags, begun?: Pick<RunDetails, "workspace">): OutcomeChoice;
  /** How its runs are traced, measured and logged. What is wrong with that is told where their progress is. */
  observability(progress: Pick<Progress, "log">): false | LocalObservability;
}

export interface OutcomeFlags {
  readonly outcome?: boolean;
  readonly revision?: string;
}

export interface OutcomeChoice {
  /** For the ports of a run. */
  readonly outcome: false | undefined;
  /** Where a new run starts. */
  readonly revision: string | undefined;
}

/** What the person wrote, which comes before the config. */
export interface IsolationFlags {
  readonly isolation?: Preset;
  readonly isolationMissing?: "fail" | "degrade";
}

export interface FindProjectOptions {
  /** Of the person who asks: what they write is relative to it, and without a config it is the project. */
  readonly cwd: string;
  /** What the person wrote. */
  readonly runRoot?: string | undefined;
}

/**
 * The project of a directory: the one whose `dad.config` is nearest, there or above it. Runs can be made in it.
 *
 * @throws `CONFIG_INVALID`, `CONFIG_UNREADABLE`.
 */
export async function findProject(directory: string, options: FindProjectOptions): Promise<Project> {
  const config = await configOf(directory);
  await checkWorkspace(config);
  const version = await projectVersion(config.directory ?? options.cwd);
  if (config.file === undefined) return projectOf({ resources: await loadResources(options.cwd) }, { ...options, version });
  return projectOf(config, { ...options, version });
}

async function configOf(directory: string, options?: LoadConfigOptions): Promise<Partial<LoadedConfig>> {
  const file = await findConfig(directory);
  return file === undefined ? {} : await loadConfig(file, options);
}

async function checkWorkspace({ file = "", workspace }: Partial<LoadedConfig>): Promise<void> {
  if (workspace === undefined) return;
  const found = await stat(workspace).catch((error: unknown) => {
    throw new ConfigInvalidError(file, [{ path: "workspace", message: `${workspace} cannot be read: ${messageOf(error)}` }], error);
  });
  if (!found.isDirectory()) throw new ConfigInvalidError(file, [{ path: "workspace", message: `${workspace} is not a directory` }]);
}

/** How the runs of the project of a directory are traced, measured and logged. */
export async function findObservability(cwd: string): Promise<false | LocalObservability> {
  const config = await configOf(cwd, { profiles: false });
  return projectOf(config, { cwd }).observability({ log: (text) => process.stderr.write(text) });
}

interface FoundProject extends FindProjectOptions {
  readonly version?: string | undefined;
}

function projectOf(config: Partial<LoadedConfig>, { cwd, runRoot, version }: FoundProject): Project {
  const { directory: projectRoot = cwd, project, workspace } = config;
  const usual = config.runRoot ?? join(projectRoot, "runs");
  const { env } = process;
  const secrets = secretsOf({ env, directory: projectRoot, own: config.secretSources ?? [] });
  return {
    store: {
      projectRoot,
      runRoot: runRoot === undefined ? usual : resolve(cwd, runRoot),
      hostEnv: env,
      ...(project === undefined ? {} : { project }),
      ...(workspace === undefined ? {} : { workspace }),
      ...(config.outcome ? { outcome: storedOutcome(config.outcome) } : {}),
    },
    resources: projectResources({ config, directory: projectRoot, env, secrets }),
    isolation({ isolation: preset, isolationMissing: onMissing }, begun) {
      const { adapter, ...own } = config.isolation ?? {};
      const policy = preset === undefined ? strengthened(own, presetOf(begun)) : { ...own, preset };
      return { ...(adapter ? { adapter } : {}), policy: { ...policy, ...(onMissing === undefined ? {} : { onMissing }) } };
    },
    outcome: (flags, begun) => outcomeChoice(config, flags, begun),
    observability: (progress) => projectObservability({ config, version, env, secrets, say: (text) => progress.log(text) }),
  };
}

function storedOutcome({ revision: _ofEachRun, ...outcome }: OutcomeConfig): LocalOutcomeOptions {
  return outcome;
}

/** What the person wrote comes first, then how the run before was made, then the config. */
function outcomeChoice({ outcome: own }: Partial<LoadedConfig>, flags: OutcomeFlags, begun?: Pick<RunDetails, "workspace">): OutcomeChoice {
  const wanted = flags.outcome ?? (begun?.workspace === undefined ? own !== false : false);
  if (wanted) return { outcome: undefined, revision: flags.revision ?? (own ? own.revision : undefined) };
  if (flags.revision === undefined) return { outcome: false, revision: undefined };
  throw new UsageError(
    flags.outcome === false
      ? "--revision and --no-outcome do not go together: only a run with an outcome starts from a revision of the project"
      : "--revision: dad.config says that runs have no outcome, and only one with an outcome starts from a revision of the project; add --outcome",
  );
}

/** What the commands of a run were held to that had nothing to say themselves. */
function presetOf(begun: Pick<RunDetails, "spaces"> | undefined): IsolationPolicy {
  const [preset] = PRESETS.filter((known) => known === begun?.spaces?.[0]?.preset);
  return preset === undefined ? {} : { preset };
}

/** Where the runs are that somebody in `cwd` means. The config is only loaded when it has to be. */
export async function findRunRoot({ cwd, runRoot }: FindProjectOptions): Promise<string> {
  return (await findRuns({ cwd, runRoot })).runRoot;
}

/** The same, where there has to be a directory already. @throws RunRootUnknownError (`RUN_ROOT_UNKNOWN`). */
export async function findRunRootThere(options: FindProjectOptions): Promise<string> {
  const runRoot = await findRunRoot(options);
  if (!(await isDirectory(runRoot))) throw new RunRootUnknownError(runRoot);
  return runRoot;
}

/** The same, with the names of secrets that the config has, if it had to be loaded. */
export async function findRuns({ cwd, runRoot }: FindProjectOptions): Promise<{ readonly runRoot: string; readonly secrets?: readonly string[] }> {
  if (runRoot !== undefined) return { runRoot: resolve(cwd, runRoot) };
  // Also with profiles that are broken, runs can be looked at.
  const config = await configOf(cwd, { profiles: false });
  const { secrets } = config.outcome || {};
  return { runRoot: projectOf(config, { cwd }).store.runRoot, ...(secrets ? { secrets } : {}) };
}
