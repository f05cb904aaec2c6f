import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { isKnownEvent, type NodePath } from "@dad/protocol";
import { overriding, type ResourceProfile } from "@dad/resources";
import { staticResourceRegistry } from "@dad/resources/static";
import { type MakeRunPorts, type RunContext, withResumedRun, withRun } from "@dad/run-context";
import { agentRunner, flowRunner, type RunnerOptions } from "@dad/runner";
import { redactor, secretOf } from "@dad/secrets";
import { answering } from "./given-answers.ts";
import { clockOf, wallClockOf } from "./passing-time.ts";
import { scriptedDefinition } from "./scripted-definition.ts";
import type { Noticed, Opening, Script } from "./script.ts";
import type { Stage } from "./stage.ts";

/** How a run ended. */
export interface Ended {
  /** What its elements gave, when it completed. */
  readonly result: object | undefined;
  readonly error: unknown;
}

/** Runs what the script says, until it is over. Throws only what keeps the run from being begun or gone on with. */
export async function perform(script: Script, stage: Stage, opening: Opening): Promise<Ended> {
  const { runId, definition, inputs } = script;
  const { signal, resume, noticed } = opening;
  const { root: projectRoot, runRoot, journals } = stage;
  const common = { runId, projectRoot, runRoot, signal, ports: portsFor(script, stage, opening) };
  const work = workOf(script, stage, opening);
  try {
    const { result } = resume
      ? await withResumedRun({ ...common, journals, budget: opening.budget }, work)
      : await withRun(
          { ...common, rootComponentId: definition.id, budget: script.budget, ...(Object.keys(inputs).length === 0 ? {} : { inputs }) },
          work,
        );
    return { result, error: undefined };
  } catch (error) {
    if (!isBegun(noticed)) throw error;
    return { result: undefined, error };
  }
}

function isBegun({ events }: Noticed): boolean {
  return events.some(({ type }) => type === "run.started" || type === "run.resumed");
}

/** Everything in memory, but for the workspace. */
function portsFor(script: Script, { journals, artifacts, outcomes }: Stage, { noticed, onEvent, answers }: Opening): MakeRunPorts {
  return (_env, own) => {
    const bus = own(memoryEventBus());
    if (onEvent) bus.subscribe("*", onEvent);
    bus.handleInput(answering(answers), { name: "answers" });
    bus.subscribe("handler.failed", ({ event, error }) => {
      if (event === "input.requested" && error)
        noticed.problems.push({ problem: `an answer of the test is not taken: ${error.message}`, cause: undefined });
    });
    const publish: typeof bus.publish = (event) => {
      noticed.events.push(event);
      bus.publish(event);
    };
    return {
      journals,
      artifacts,
      outcomes,
      events: { ...bus, publish },
      resources: resourcesOf(script),
      redactor: redactor(Object.entries(script.secrets).map(([id, value]) => ({ name: `test:${id}`, value }))),
      observability: own(noticed.told),
      isolation: processIsolation(),
    };
  };
}

function resourcesOf({ models, endpoints, tools, secrets }: Script): ResourceProfile {
  const profile = staticResourceRegistry({ profiles: { test: { models, endpoints, tools } } }).profile("test");
  const secret = Object.entries(secrets).map(([id, value]) => [id, secretOf(`test:${id}`, async () => value)] as const);
  return overriding(profile, { secret: Object.fromEntries(secret) });
}

function workOf(script: Script, { watch }: Stage, { noticed, resume }: Opening): (run: RunContext) => Promise<object> {
  const definition = scriptedDefinition(script, { watch, noticed });
  const clock = clockOf(script.clock, watch.isWorking);
  const engine = watch.engine(inlineEngine({ clock }));
  const options: RunnerOptions = { engine, clock: wallClockOf(clock, script.clock), ...(resume ? { resume } : {}) };
  const runner =
    definition.kind === "agent" ? agentRunner(definition as AgentDefinition, options) : flowRunner(definition as FlowDefinition, options);
  return async (run) => {
    await using execution = await run.isolate({ env: script.env });
    return await execution.run(runner);
  };
}

/** The paths of the attempts that were begun, in their order. */
export function executedIn({ events }: Noticed): readonly NodePath[] {
  return events.flatMap((event) => (isKnownEvent(event) && event.type === "node.started" ? [event.path] : []));
}
