import { type AgentDefinition, assertDefinition, type FlowDefinition, type OutputsOf } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { type ArtifactEntry, DadError, type RunDetails, type RunId, type RunSource, type StaticInputs } from "@dad/protocol";
import {
  changedBudget,
  type MakeRunPorts,
  readHistory,
  readRun,
  type RunContext,
  type RunHistory,
  withResumedRun,
  type WithResumedRunOptions,
  withRun,
  type WithRunOptions,
} from "@dad/run-context";
import {
  agentRunner,
  assertAllowed,
  checkDefinition,
  checkIsolation,
  checkResources,
  checkResume,
  flowRunner,
  isolationNeeds,
  type PlannedRerun,
  type RerunOptions,
  type ResumeOptions,
  resolveStaticInputs,
  type RunnerOptions,
} from "@dad/runner";
import type { InputFiles } from "./input-files/find-input-files.ts";
import { isolationOf, localPorts } from "./local-ports.ts";
import { redactingFor } from "./redacting.ts";
import { continuationOf, planAgentRerun, type Where } from "./plan-agent-rerun.ts";

export interface RunAgentOptions extends Where, Pick<WithRunOptions, "runId" | "runIdPrefix" | "revision" | "budget" | "signal" | "failure"> {
  readonly inputs?: StaticInputs;
  /** Files given from outside; for a re-run, in the place of those of the earlier run with the same paths. */
  readonly inputFiles?: InputFiles | undefined;
  /** Where the definition was loaded from, so that the run can be resumed by its id alone. */
  readonly source?: RunSource;
  /** Makes the run from an earlier one, and reuses what is unchanged. `inputs` are given over those of the earlier run. */
  readonly rerun?: RerunOptions;
}

export interface ResumeAgentOptions
  extends Where, ResumeOptions, Pick<WithResumedRunOptions, "runId" | "takeOver" | "budget" | "signal" | "failure"> {
  /** What had happened in the run, for who has read it already. */
  readonly history?: RunHistory;
}

/** A run that is over, however it ended, or that waits: its `requests` say for what. */
export interface AgentRun<Outputs> {
  readonly run: RunDetails;
  /** What the elements gave, by id, when the run completed. */
  readonly outputs: Outputs | undefined;
  /** What ended the run, when it did not complete. */
  readonly error: unknown;
}

/**
 * Runs an agent (or a flow) on this machine. A run that fails is a result, with the error that ended
 * it. Thrown is only what stops a run from being made: `DEFINITION_INVALID`, `RESOURCE_UNKNOWN`, `PRICE_UNKNOWN`, `ISOLATION_UNAVAILABLE`, `GIT_UNAVAILABLE`, `OUTCOME_REVISION_UNKNOWN`,
 * `STATIC_INPUT_INVALID`, `INPUT_FILES_REFUSED`, `RUN_EXISTS`, `RUN_ID_INVALID`, `RUN_NOT_OPENED`; of a `rerun` also `RERUN_REFUSED`, and what `planAgentRerun` throws; and
 * `RUN_NOT_RECORDED`, when how it ended is not known.
 */
export async function runAgent<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  { store, ports, inputs = {}, inputFiles, rerun, ...options }: RunAgentOptions,
): Promise<AgentRun<OutputsOf<Definition>>> {
  assertDefinition(definition);
  const ready = await prepared(definition, { store, ports, inputs, inputFiles, rerun, ...options });
  return await runPrepared(definition, { store, ports, ...options }, ready);
}

/** Runs what was checked, and of a re-run planned, before. Thrown is what stops the run from being made. */
export async function runPrepared<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  { store, ports, ...options }: Omit<RunAgentOptions, "inputs" | "inputFiles" | "rerun">,
  { start, continuation, resolved, inputFiles, beside }: Prepared,
): Promise<AgentRun<OutputsOf<Definition>>> {
  const { projectRoot, runRoot } = store;
  const run = {
    ...options,
    rootComponentId: definition.id,
    projectRoot,
    runRoot,
    ...(start ? { rerun: start } : {}),
    ...(Object.keys(resolved).length === 0 ? {} : { inputs: resolved }),
    inputFiles,
  };
  return await untilOver(definition, { store, ports }, (made) =>
    withRun({ ...run, ports: made }, runningOf(definition, { ports, continuation, beside })),
  );
}

/** How a run goes on from an earlier one, its static inputs, and its input files, which are kept. */
export interface Prepared extends Partial<Pick<PlannedRerun, "start" | "continuation">> {
  readonly resolved: StaticInputs;
  readonly inputFiles: readonly ArtifactEntry[];
  /** What is done with the run beside its work, until that ends. */
  readonly beside?: ((run: RunContext) => Disposable) | undefined;
}

interface Asked extends Where, Pick<RunAgentOptions, "inputFiles" | "revision" | "budget" | "signal"> {
  readonly inputs: StaticInputs;
  readonly rerun: RerunOptions | undefined;
}

async function prepared(definition: AgentDefinition | FlowDefinition, asked: Asked): Promise<Prepared> {
  const { store, ports, inputs, inputFiles: given, rerun, revision, signal } = asked;
  const held = { adapter: isolationOf(store, ports), policy: ports.isolation?.policy };
  if (ports.outcome !== false) await store.assertOutcomes();
  if (rerun) {
    const { plan, start, continuation, inputs: resolved, inputFiles } = await planAgentRerun(definition, { ...asked, rerun });
    assertAllowed(plan);
    // What its nodes need may be reused.
    await checkIsolation([], held);
    await given?.keep(store.artifacts, { signal, redactor: redactingFor({ store, ports }).redactor });
    return { start, continuation, resolved, inputFiles };
  }
  checkDefinition(definition);
  checkResources(definition, ports.resources, { budget: asked.budget });
  if (revision !== undefined && ports.outcome !== false) await store.outcomes.resolve(revision, signal ? { signal } : {});
  await checkIsolation(isolationNeeds(definition), held);
  const resolved = resolveStaticInputs(definition, inputs);
  const { redactor } = redactingFor({ store, ports });
  return { resolved, inputFiles: (await given?.keep(store.artifacts, { signal, redactor })) ?? [] };
}

/**
 * Goes on with a run of an agent (or a flow) on this machine that was interrupted, failed or was cancelled: the same run, in
 * its next epoch. Nodes that had completed are not executed again. Thrown is only what leaves the run as it was:
 * `RUN_UNKNOWN`, `RUN_LOCKED`, `RUN_COMPLETED`, `RUN_BUDGET_SPENT`, `DEFINITION_INVALID`, `RESOURCE_UNKNOWN`, `PRICE_UNKNOWN`, `ISOLATION_UNAVAILABLE`, `GIT_UNAVAILABLE`, `RUN_FILES_UNREACHABLE`, `DEFINITION_CHANGED`, `NODE_OUTCOME_UNKNOWN`,
 * `ASSUMPTION_INVALID`, `JOURNAL_DAMAGED`, `RUN_NOT_OPENED`, `ARTIFACT_…` when what the run goes on from cannot be read; and `RUN_NOT_RECORDED`, when how it ended is not known.
 */
export async function resumeAgent<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  { store, ports: given, assume, allowChanged, history, ...options }: ResumeAgentOptions,
): Promise<AgentRun<OutputsOf<Definition>>> {
  const before = history ?? (await readHistory(store.journals, options.runId));
  // As it was begun it goes on.
  const ports = before.workspace === undefined ? given : { ...given, outcome: false as const };
  const resume: ResumeOptions = { ...(assume ? { assume } : {}), ...(allowChanged ? { allowChanged } : {}) };
  assertDefinition(definition);
  checkDefinition(definition);
  checkResources(definition, ports.resources, { budget: before.rerun === undefined && changedBudget(before.budget, options.budget) });
  // What its nodes need was done, or is refused when it is to be.
  await checkIsolation([], { adapter: isolationOf(store, ports), policy: ports.isolation?.policy });
  if (ports.outcome !== false) await store.assertOutcomes();
  checkResume(definition, before, { ...resume, redactor: redactingFor({ store, ports }).redactor });
  const continuation = await continuationOf(definition, before, { store, ports, runId: options.runId });
  const { projectRoot, runRoot, journals } = store;
  return await untilOver(definition, { store, ports }, (made) =>
    withResumedRun({ ...options, projectRoot, runRoot, journals, ports: made }, runningOf(definition, { ports, resume, continuation })),
  );
}

function runningOf(
  definition: AgentDefinition | FlowDefinition,
  { ports, beside, ...how }: Pick<Where, "ports"> & Pick<RunnerOptions, "resume" | "continuation"> & Pick<Prepared, "beside">,
): (run: RunContext) => Promise<unknown> {
  const policy = ports.isolation?.policy;
  const options = { engine: inlineEngine(), ...how };
  const runner = definition.kind === "agent" ? agentRunner(definition, options) : flowRunner(definition, options);
  return async (run) => {
    using _beside = beside?.(run);
    await using execution = await run.isolate(policy ? { policy } : {});
    return await execution.run(runner);
  };
}

/** From the moment on in which its record says that it goes on, what ends a run is a result. */
async function untilOver<Outputs>(
  root: Pick<AgentDefinition, "id">,
  { store, ports }: Where,
  work: (ports: MakeRunPorts) => Promise<{ readonly run: RunDetails; readonly result: unknown }>,
): Promise<AgentRun<Outputs>> {
  const make = localPorts(store, ports, root);
  let going: RunId | undefined;
  const reported: MakeRunPorts = (env, own) => {
    const made = make(env, own);
    for (const type of ["run.started", "run.resumed"] as const) made.events.subscribe(type, ({ runId }) => void (going = runId));
    return made;
  };
  try {
    const { run, result } = await work(reported);
    return { run, outputs: result as Outputs, error: undefined };
  } catch (error) {
    if (going === undefined || DadError.is(error, "RUN_NOT_RECORDED")) throw error;
    const run = await readRun(store.journals, going, { runRoot: store.runRoot });
    // To wait is no failure.
    return { run, outputs: undefined, error: DadError.is(error, "RUN_WAITING") ? undefined : error };
  }
}
