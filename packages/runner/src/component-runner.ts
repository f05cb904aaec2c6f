import type { AgentDefinition, ComponentDefinition, FlowDefinition, OutputsOf } from "@dad/agent";
import type { Engine } from "@dad/engine";
import { type Observability, traced, under } from "@dad/observability";
import type { ExecutionScope } from "@dad/run-context";
import { checkDefinition } from "./check-definition.ts";
import { checkResources } from "./check-resources.ts";
import { walkReport } from "./walk-report.ts";
import { indexDefinition } from "./definition-index.ts";
import { interpret } from "./interpreter.ts";
import { nodeAttempts } from "./node-attempts.ts";
import { recordPlaces } from "./record-places.ts";
import { checkResume, type ResumeOptions } from "./resume.ts";
import { resolveStaticInputs } from "./resolve-static-inputs.ts";
import { staticInputIndex } from "./static-input-index.ts";
import { turnsAfter } from "./turn.ts";

export interface RunnerOptions {
  readonly engine: Engine;
  /** How to go on with a run that is resumed. */
  readonly resume?: ResumeOptions;
}

/** Works in an isolated execution: `execution.run(agentRunner(agent, { engine }))`. */
export interface ComponentRunner<Result> {
  /**
   * Runs the component and gives what its elements gave, by id. What ends it is thrown, after it was
   * recorded: NodeFailedError (`NODE_FAILED`), BlockFailedError (`BLOCK_FAILED`) with their causes, VariableError
   * (`VARIABLE_INVALID`), or the reason of the signal; `DEFINITION_INVALID`, `RESOURCE_UNKNOWN`,
   * `STATIC_INPUT_INVALID` and what `checkResume` throws before anything ran.
   */
  run(scope: ExecutionScope): Promise<Result>;
}

export function agentRunner<Definition extends AgentDefinition>(agent: Definition, options: RunnerOptions): ComponentRunner<OutputsOf<Definition>> {
  return componentRunner(agent, options);
}

export function flowRunner<Definition extends FlowDefinition>(flow: Definition, options: RunnerOptions): ComponentRunner<OutputsOf<Definition>> {
  return componentRunner(flow, options);
}

function componentRunner<Definition extends ComponentDefinition>(
  component: Definition,
  { engine, resume = {} }: RunnerOptions,
): ComponentRunner<OutputsOf<Definition>> {
  return {
    async run(scope) {
      checkDefinition(component);
      checkResources(component, scope.run.ports.resources);
      checkResume(component, scope.run.history, resume);
      const inputs = staticInputIndex(component, resolveStaticInputs(component, Object.fromEntries(scope.run.inputs)));
      const outputs = await inTrace(scope, component, (observability) => {
        const { env, history } = scope.run;
        const turns = turnsAfter(component, history, resume.assume);
        const report = walkReport(scope.run, component);
        const { execute, ledger } = nodeAttempts({ scope, root: component, observability, turns, report, assume: resume.assume });
        const host = {
          root: component,
          env,
          inputs,
          workspace: scope.space.cwd,
          report,
          places: recordPlaces(indexDefinition(component).nodes.keys()),
          turns,
          attempts: ledger,
          breathe: () => aTurn(scope.signal),
        };
        return engine.drive((context) => interpret(host, context), { execute, signal: scope.signal, replay: turns.replay });
      });
      // The interpreter gives an object with one member for each element.
      return outputs as OutputsOf<Definition>;
    },
  };
}

/** Ends when everything that is due has had its turn. */
async function aTurn(signal: AbortSignal): Promise<{ readonly cause: unknown } | undefined> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return signal.aborted ? { cause: signal.reason } : undefined;
}

/** The root span of a run, named as the OpenTelemetry GenAI conventions name agents and workflows. */
function inTrace<Result>(
  { run }: ExecutionScope,
  { kind, id }: ComponentDefinition,
  work: (observability: Observability) => Promise<Result>,
): Promise<Result> {
  const operation = kind === "agent" ? "invoke_agent" : "invoke_workflow";
  const attributes = {
    "gen_ai.operation.name": operation,
    [`gen_ai.${kind === "agent" ? "agent" : "workflow"}.name`]: id,
    "dad.run.id": run.env.runId,
  };
  const { observability } = run.ports;
  return traced(observability, { name: `${operation} ${id}`, attributes }, (place) => work(under(observability, place)));
}
