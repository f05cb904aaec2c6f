import type { AgentDefinition, ComponentDefinition, FlowDefinition, OutputsOf } from "@dad/agent";
import type { Engine } from "@dad/engine";
import type { ExecutionScope } from "@dad/run-context";
import { checkDefinition } from "./checks/check-definition.ts";
import { checkResources } from "./checks/check-resources.ts";
import { interpret } from "./interpreter.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { checkResume, type ResumeOptions } from "./resume.ts";
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
      await using walk = walkIn(scope, component, { inputs, assume: resume.assume, continuation, clock });
      const { host, execute, replay, assertReplayed } = walk;
      const outputs = await engine.drive((context) => interpret(host, context), { execute, signal: scope.signal, replay });
      assertReplayed();
      // The interpreter gives an object with one member for each element.
      return outputs as OutputsOf<Definition>;
    },
  };
}
