import { dirname, resolve } from "node:path";
import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { type IsolationChoice, type LocalStore, localStore } from "@dad/local";
import type { RunDetails, RunSource } from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import type { RerunAllowances, RerunOptions } from "@dad/runner";
import { loadAgent } from "../agent-file/load-agent.ts";
import { RunSourceUnknownError, UsageError } from "../errors.ts";
import { findProject, findRunRootThere, type IsolationFlags, type OutcomeFlags, type Project } from "../project/find-project.ts";
import { findRun } from "../project/find-run.ts";
import { type GivenInputs, readInputs } from "../project/read-inputs.ts";
import { parseSet } from "../project/parse-set.ts";
import { sourceOf } from "../project/source-of.ts";

export interface RerunFlags extends IsolationFlags, OutcomeFlags {
  readonly from?: string;
  /** `<path>.<field>=<json>` each. */
  readonly set?: readonly string[];
  readonly reask?: readonly string[];
  readonly pin?: readonly string[];
  /** `false` for `--no-reuse`. */
  readonly reuse?: boolean;
  readonly replay?: true;
  /** `<path>=<json>`, in the order given. */
  readonly input?: readonly string[];
  readonly staticInputs?: string;
  readonly inputDir?: readonly string[];
  /** Paths, or `true` for all. */
  readonly allowEffects?: readonly string[] | true;
  readonly allowFailed?: true;
  readonly allowRemoved?: true;
  readonly allowUnfinished?: true;
  readonly runRoot?: string;
  readonly profile?: string;
  readonly json?: true;
}

/** What a run is made of, from an earlier one. */
export interface PreparedRerun extends GivenInputs, AsyncDisposable {
  readonly definition: AgentDefinition | FlowDefinition;
  readonly store: LocalStore;
  readonly resources: ResourceProfile;
  readonly isolation: IsolationChoice;
  /** `false`: it has none. */
  readonly outcome: false | undefined;
  readonly observability: Project["observability"];
  readonly rerun: RerunOptions;
  readonly source: RunSource;
}

/** Finds the earlier run, its agent and its project, and what the person asks of the new run. */
export async function prepareRerun(runId: string, file: string | undefined, flags: RerunFlags): Promise<PreparedRerun> {
  const cwd = process.cwd();
  if (flags.revision !== undefined)
    throw new UsageError("--revision: a re-run goes on from the files of the run that it is made from; start a new one with dad run --revision");
  const runRoot = await findRunRootThere({ cwd, runRoot: flags.runRoot });
  const run = await findIn(runRoot, runId);
  const given = await readInputs(flags, cwd);
  const path = file === undefined ? recordedFile(run, runRoot) : resolve(cwd, file);
  const definition = await loadAgent(path);
  const project = await findProject(dirname(path), { cwd, runRoot });
  const profile = project.resources.select(flags.profile, run.source?.profile);
  const resources = await project.resources.profile(profile);
  // Also when the directory of the project has another name by now, its outcome is where it was.
  const store = localStore({ ...project.store, ...(run.source?.project === undefined ? {} : { project: run.source.project }) });
  return {
    definition,
    store,
    resources,
    isolation: project.isolation(flags, run),
    outcome: project.outcome(flags, run).outcome,
    observability: (progress) => project.observability(progress),
    ...given,
    rerun: optionsOf(run.runId, definition, flags),
    source: sourceOf(path, store, profile),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

async function findIn(runRoot: string, runId: string): Promise<RunDetails> {
  await using store = localStore({ runRoot });
  return await findRun(store, runId);
}

function recordedFile({ runId, source }: RunDetails, runRoot: string): string {
  if (source === undefined) throw new RunSourceUnknownError(runId);
  return resolve(runRoot, source.file);
}

function optionsOf(of: string, definition: PreparedRerun["definition"], flags: RerunFlags): RerunOptions {
  const { from, set = [], reask, pin, reuse = true, replay } = flags;
  return {
    of,
    ...(from === undefined ? {} : { from }),
    ...(set.length === 0 ? {} : { set: parseSet(definition, set) }),
    ...(reask === undefined ? {} : { reask }),
    ...(pin === undefined ? {} : { pin }),
    ...(reuse ? {} : { reuse }),
    ...(replay ? { replay } : {}),
    allow: allowancesOf(flags),
  };
}

function allowancesOf({ allowEffects, allowFailed, allowRemoved, allowUnfinished }: RerunFlags): RerunAllowances {
  return { effects: allowEffects ?? false, failed: allowFailed ?? false, removed: allowRemoved ?? false, unfinished: allowUnfinished ?? false };
}
