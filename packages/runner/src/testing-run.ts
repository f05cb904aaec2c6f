import { type AgentDefinition, defineNode, type FlowDefinition, type NodeContext } from "@dad/agent";
import type { Engine } from "@dad/engine";
import { fakeClock } from "@dad/engine/fake-clock";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, Json, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { readRun, type RunContext, type RunPorts, withResumedRun, withRun } from "@dad/run-context";
import { z } from "zod";
import { agentRunner, flowRunner } from "./component-runner.ts";
import type { ResumeOptions } from "./resume.ts";
import { memoryPorts } from "./testing-ports.ts";

// For the tests of this package only: runs in memory, of nodes that do as a test tells them.

export const RUN = RunId.parse("r");

/** What a node does at an attempt: gives a value instead of its own, waits, or throws. */
export type Behaviour = (context: NodeContext) => Json | undefined | Promise<Json | undefined>;

export interface StageOptions {
  readonly engine?: Engine;
  /** Where its runs are. Default: nowhere yet. */
  readonly ports?: ReturnType<typeof memoryPorts>;
}

/** A node that says when it is executed, and does as the test says. */
function stepNode(
  effect: "pure" | "effectful",
  { behaviours, executed }: { readonly behaviours: ReadonlyMap<string, Behaviour>; readonly executed: string[] },
) {
  return defineNode({
    type: `${effect} step`,
    version: "1",
    effect,
    settings: z.object({ value: Json.default(null) }),
    input: z.object({ value: Json }),
    output: z.object({ value: Json }),
    async execute(context, { settings, input }) {
      const { path, attempt } = context;
      executed.push(`${path} ${attempt}`);
      const behaviour = behaviours.get(path) ?? behaviours.get(path.slice(path.lastIndexOf(".") + 1));
      return { value: (await behaviour?.(context)) ?? input?.value ?? settings.value };
    },
  });
}

/** Runs in memory, one after the other in the same ports, and nodes that say when they are executed. */
export function stage({ engine = inlineEngine(), ports = memoryPorts() }: StageOptions = {}) {
  const behaviours = new Map<string, Behaviour>();
  /** `<path> <attempt>`, in the order in which they were begun. */
  const executed: string[] = [];
  const runIn = async (context: RunContext, definition: AgentDefinition | FlowDefinition, resume: ResumeOptions = {}) => {
    await using execution = await context.isolate();
    const runner = definition.kind === "agent" ? agentRunner(definition, { engine, resume }) : flowRunner(definition, { engine, resume });
    return (await execution.run(runner)) as Record<string, Json>;
  };

  return {
    ports,
    executed,
    /** A node that gives `{ value }`. */
    step: stepNode("pure", { behaviours, executed }),
    effect: stepNode("effectful", { behaviours, executed }),
    /** What nodes of this id or path do. */
    on: (name: string, behaviour: Behaviour) => void behaviours.set(name, behaviour),
    async run(definition: AgentDefinition | FlowDefinition, options: { readonly inputs?: Record<string, Json>; readonly signal?: AbortSignal } = {}) {
      const { result } = await withRun({ rootComponentId: definition.id, runId: RUN, ports: ports satisfies RunPorts, ...options }, (context) =>
        runIn(context, definition),
      );
      return result;
    },
    async resume(definition: AgentDefinition | FlowDefinition, resume: ResumeOptions = {}) {
      const { result } = await withResumedRun({ runId: RUN, journals: ports.journals, ports }, (context) => runIn(context, definition, resume));
      return result;
    },
    details: (): Promise<RunDetails> => readRun(ports.journals, RUN, { runRoot: "/runs" }),
    async events(): Promise<RecordedEvent[]> {
      const events: RecordedEvent[] = [];
      for await (const event of ports.journals.read(RUN)) events.push(event);
      return events;
    },
  };
}

/** A behaviour that fails at its first attempts. */
export function failing(times: number, { code = "BROKEN", retryable = false } = {}): Behaviour {
  let left = times;
  return () => {
    if (left-- > 0) throw new DadError(code, "it was to fail", { retryable });
    return undefined;
  };
}

/** A behaviour that goes on until it is aborted. */
export function untilAborted({ signal }: NodeContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Behaviours that wait for each other: each goes on once so many are there. */
export function meeting(size: number): Behaviour {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let there = 0;
  return () => {
    if (++there === size) resolve(undefined);
    return promise;
  };
}

/** Runs with a clock that goes on whenever nothing else happens. */
export async function inFakeTime(work: (clock: ReturnType<typeof fakeClock>) => Promise<void>): Promise<void> {
  const clock = fakeClock();
  const going = new Set([work]);
  const done = work(clock).finally(() => going.clear());
  while (going.size > 0) await clock.advance(50);
  await done;
}
