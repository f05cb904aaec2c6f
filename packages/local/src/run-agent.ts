import { type AgentDefinition, assertDefinition, type FlowDefinition, type OutputsOf } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, type RunDetails, type RunId, type StaticInputs } from "@dad/protocol";
import { readRun, withRun, type WithRunOptions } from "@dad/run-context";
import { agentRunner, checkDefinition, flowRunner, resolveStaticInputs } from "@dad/runner";
import { type LocalPortsOptions, localPorts } from "./local-ports.ts";
import type { LocalStore } from "./local-store.ts";

export interface RunAgentOptions extends Pick<WithRunOptions, "runId" | "runIdPrefix" | "signal" | "failure"> {
  readonly store: LocalStore;
  readonly ports: LocalPortsOptions;
  readonly inputs?: StaticInputs;
}

/** A run that is over, however it ended. */
export interface AgentRun<Outputs> {
  readonly run: RunDetails;
  /** What the elements gave, by id, when the run completed. */
  readonly outputs: Outputs | undefined;
  /** What ended the run, when it did not complete. */
  readonly error: unknown;
}

/**
 * Runs an agent (or a flow) on this machine. A run that fails is a result, with the error that ended
 * it. Thrown is only what stops a run from being made: `DEFINITION_INVALID`, `STATIC_INPUT_INVALID`,
 * `RUN_EXISTS`, `RUN_ID_INVALID`, `RUN_NOT_OPENED`; and `RUN_NOT_RECORDED`, when how it ended is not known.
 */
export async function runAgent<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  options: RunAgentOptions,
): Promise<AgentRun<OutputsOf<Definition>>> {
  const { store, inputs = {} } = options;
  assertDefinition(definition);
  checkDefinition(definition);
  const resolved = resolveStaticInputs(definition, inputs);
  const runner =
    definition.kind === "agent" ? agentRunner(definition, { engine: inlineEngine() }) : flowRunner(definition, { engine: inlineEngine() });
  let started: RunId | undefined;
  const onStart = (runId: RunId) => {
    started = runId;
  };
  try {
    const { run, result } = await withRun(openOptions(definition.id, { inputs: resolved, onStart }, options), async (context) => {
      await using execution = await context.isolate();
      return await execution.run(runner);
    });
    return { run, outputs: result as OutputsOf<Definition>, error: undefined };
  } catch (error) {
    if (started === undefined || DadError.is(error, "RUN_NOT_RECORDED")) throw error;
    return { run: await readRun(store.journals, started, { runRoot: store.runRoot }), outputs: undefined, error };
  }
}

interface ResolvedRun {
  readonly inputs: StaticInputs;
  /** Called once the run is on record. */
  readonly onStart: (runId: RunId) => void;
}

function openOptions(
  rootComponentId: string,
  { inputs, onStart }: ResolvedRun,
  { store, ports, runId, runIdPrefix, signal, failure }: RunAgentOptions,
): WithRunOptions {
  const make = localPorts(store, ports);
  return {
    rootComponentId,
    projectRoot: store.projectRoot,
    runRoot: store.runRoot,
    ...(runId === undefined ? {} : { runId }),
    ...(runIdPrefix === undefined ? {} : { runIdPrefix }),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(signal ? { signal } : {}),
    ...(failure ? { failure } : {}),
    ports: (env, own) => {
      const made = make(env, own);
      made.events.subscribe("run.started", (event) => onStart(event.runId));
      return made;
    },
  };
}
