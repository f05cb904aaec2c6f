import type { AgentDefinition, ComponentDefinition, FlowDefinition, OutputsOf } from "@dad/agent";
import type { Engine } from "@dad/engine";
import { type Observability, traced, under } from "@dad/observability";
import type { ExecutionScope } from "@dad/run-context";
import { checkDefinition } from "./checks/check-definition.ts";
import { checkResources } from "./checks/check-resources.ts";
import { interpret } from "./interpreter.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { checkResume, type ResumeOptions } from "./resume.ts";
import { isolationAttributes } from "./isolation-attributes.ts";
import { resolveStaticInputs } from "./resolve-static-inputs.ts";
import { staticInputIndex } from "./static-input-index.ts";
import { walkIn } from "./walk-in.ts";
import type { WallClock } from "./waiting/wall-clock.ts";

export interface RunnerOptions {
  readonly engine: Engine;
  /** How to go on with a run that is resumed. */
  readonly resume?: ResumeOptions;
  /** What a re-run takes from an earlier run: what `planRerun` gives. */
  readonly continuation?: Continuation | undefined;
  /** By which answers expire. Default: the time of this machine. */
  readonly clock?: WallClock | undefined;
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
  { engine, resume = {}, continuation, clock }: RunnerOptions,
): ComponentRunner<OutputsOf<Definition>> {
  return {
    async run(scope) {
      checkDefinition(component);
      checkResources(component, scope.run.ports.resources, { budget: continuation === undefined && scope.run.budget });
      checkResume(component, scope.run.history, { redactor: scope.run.ports.redactor, ...resume });
      const inputs = staticInputIndex(component, resolveStaticInputs(component, Object.fromEntries(scope.run.inputs.values)));
      const outputs = await inTrace(scope, component, async (observability) => {
        await using walk = walkIn(scope, component, { observability, inputs, assume: resume.assume, continuation, clock });
        const { host, execute, replay, assertReplayed } = walk;
        const given = await engine.drive((context) => interpret(host, context), { execute, signal: scope.signal, replay });
        assertReplayed();
        return given;
      });
      // The interpreter gives an object with one member for each element.
      return outputs as OutputsOf<Definition>;
    },
  };
}

/** The root span of a run, named as the OpenTelemetry GenAI conventions name agents and workflows. */
function inTrace<Result>(
  { run, space }: ExecutionScope,
  { kind, id }: ComponentDefinition,
  work: (observability: Observability) => Promise<Result>,
): Promise<Result> {
  const operation = kind === "agent" ? "invoke_agent" : "invoke_workflow";
  const attributes = {
    "gen_ai.operation.name": operation,
    [`gen_ai.${kind === "agent" ? "agent" : "workflow"}.name`]: id,
    "dad.run.id": run.env.runId,
    ...isolationAttributes(space),
  };
  const { observability } = run.ports;
  return traced(observability, { name: `${operation} ${id}`, attributes }, async (place, span) => {
    const { traceId, spanId } = span.spanContext();
    if (isRecorded(traceId)) await run.record({ type: "trace.updated", traceId, spanId }, { wait: "ordered" });
    return await work(under(observability, place));
  });
}

/** That of nobody who records has only zeros: https://www.w3.org/TR/trace-context/#trace-id. */
function isRecorded(traceId: string): boolean {
  return /[^0]/.test(traceId);
}
