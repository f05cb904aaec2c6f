import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { RunId, type StaticInputs } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { readHistory, readRunWithHistory, type RunHistory, type RunPorts } from "@dad/run-context";
import { assertAllowed, type BaseRun, type Continuation, optionsOnRecord, type PlannedRerun, planRerun, type RerunOptions } from "@dad/runner";
import type { InputFiles } from "./input-files/find-input-files.ts";
import type { LocalPortsOptions } from "./local-ports.ts";
import type { LocalStore } from "./local-store.ts";
import { redactingFor } from "./redacting.ts";

export interface Where {
  readonly store: LocalStore;
  readonly ports: LocalPortsOptions;
}

/** Of that, what a re-run is thought through with. Without outcomes and workspaces, it is about no files. */
export interface RerunWhere {
  readonly store: Pick<LocalStore, "journals" | "artifacts" | "runRoot"> &
    Partial<Pick<LocalStore, "secrets">> &
    Pick<RunPorts, "outcomes" | "workspaces">;
  readonly ports: Pick<LocalPortsOptions, "resources" | "outcome" | "hostEnv">;
}

export interface PlanAgentRerunOptions extends RerunWhere {
  readonly rerun: RerunOptions;
  /** Given over those of the earlier run. */
  readonly inputs?: StaticInputs;
  /** Given in the place of those of the earlier run with the same paths. */
  readonly inputFiles?: InputFiles | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Says what a re-run of an agent (or a flow) on this machine would do with each node. Nothing is executed.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`, and what `planRerun` throws: `RERUN_BASE_INVALID`, `RERUN_PATH_INVALID`, `RERUN_SET_INVALID`, …
 */
export async function planAgentRerun(definition: AgentDefinition | FlowDefinition, options: PlanAgentRerunOptions): Promise<PlannedRerun> {
  const { store, rerun, signal } = options;
  return await planOnBase(definition, await readBase(store, rerun.of, signal ? { signal } : {}), options);
}

export interface PlanOnBaseOptions extends PlanAgentRerunOptions {
  /** Takes secrets out of the input files. Default: those of the run that is planned. */
  readonly redactor?: Redactor;
}

/** The same on an earlier run that was read before: several re-runs are made from the same record of it. */
export async function planOnBase(
  definition: AgentDefinition | FlowDefinition,
  base: BaseRun,
  { store, ports, rerun, inputs, inputFiles, redactor = redactingFor({ store, ports }).redactor, signal }: PlanOnBaseOptions,
): Promise<PlannedRerun> {
  const files = inputFiles && (await inputFiles.digested({ signal, redactor }));
  const given = { ...(inputs ? { inputs } : {}), ...(files ? { inputFiles: files } : {}), ...(signal ? { signal } : {}) };
  return await planRerun(definition, { ...planningIn({ store, ports }), base, rerun, ...given });
}

function planningIn({ store, ports }: RerunWhere) {
  const { artifacts, outcomes, workspaces, runRoot } = store;
  const { outcome } = ports;
  const { redactor, resources } = redactingFor({ store, ports });
  const files = { ...(outcomes && outcome !== false ? { outcomes } : {}), ...(workspaces ? { workspaces } : {}) };
  return { engine: inlineEngine(), runRoot, ports: { artifacts, resources, redactor, ...files } };
}

/** @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. */
export async function readBase({ journals, runRoot }: RerunWhere["store"], of: string, abort: { readonly signal?: AbortSignal }): Promise<BaseRun> {
  const { details, history } = await readRunWithHistory(journals, of, { runRoot, ...abort });
  const { runId, status, rootComponentId } = details;
  return { runId, status, rootComponentId, history };
}

export interface ContinuationWhere extends RerunWhere {
  /** Of the re-run. */
  readonly runId: string;
}

/**
 * What a re-run that goes on takes from the earlier run, which may be gone by now: it is read through the re-run. `undefined` for
 * a run that is none.
 *
 * @throws RerunRefusedError (`RERUN_REFUSED`) when what is still to be reused cannot be any more.
 */
export async function continuationOf(
  definition: AgentDefinition | FlowDefinition,
  begun: RunHistory,
  { runId, ...where }: ContinuationWhere,
): Promise<Continuation | undefined> {
  const { rerun, nodes } = begun;
  if (rerun === undefined) return undefined;
  const history = await readHistory(where.store.journals, rerun.of, { through: RunId.parse(runId), until: rerun.seq });
  const base: BaseRun = { runId: rerun.of, status: "completed", rootComponentId: definition.id, history };
  const { plan, continuation } = await planRerun(definition, { ...planningIn(where), base, rerun: optionsOnRecord(rerun), begun });
  assertAllowed({ ...plan, problems: plan.problems.filter(({ path }) => nodes.get(path)?.state !== "completed") });
  return continuation;
}
