import { resolve } from "node:path";
import { type AgentDefinition, defineNode, type FlowDefinition, type NodeContext } from "@dad/agent";
import type { Engine } from "@dad/engine";
import { fakeClock } from "@dad/engine/fake-clock";
import { inlineEngine } from "@dad/engine/inline";
import { type ArtifactEntry, type BudgetLimits, DadError, Json, type NodePath, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { type BudgetChange, readRun, type RunContext, type RunPorts, withResumedRun, withRun } from "@dad/run-context";
import { z } from "zod";
import { agentRunner, flowRunner, type RunnerOptions } from "./component-runner.ts";
import type { ResumeOptions } from "./resume.ts";
import { memoryPorts } from "./testing-ports.ts";
import type { WallClock } from "./waiting/wall-clock.ts";

// For the tests of this package only: runs in memory, of nodes that do as a test tells them.

export const RUN = RunId.parse("r");

/** Where these runs would be, if they were on a disk. */
export const RUN_ROOT = resolve("/runs");

/** What a node does at an attempt: gives a value instead of its own, waits, or throws. */
export type Behaviour = (context: NodeContext) => Json | undefined | Promise<Json | undefined>;

/** With an outcome or without, and whatever resources. */
export type StagePorts = ReturnType<typeof memoryPorts> & Partial<Pick<RunPorts, "outcomes" | "workspaces" | "inbox">>;

export interface StageOptions {
  readonly engine?: Engine;
  /** Where its runs are. Default: nowhere yet. */
  readonly ports?: StagePorts;
  /** By which answers expire. */
  readonly clock?: WallClock;
}

/** An attempt that was executed, and in which run. */
export interface ExecutedAttempt {
  readonly runId: RunId;
  readonly path: NodePath;
  readonly attempt: number;
}

interface Stepping {
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  readonly begun: (attempt: ExecutedAttempt) => void;
}

/** A node that says when it is executed, and does as the test says. */
function stepNode(effect: "pure" | "effectful", { behaviours, begun }: Stepping) {
  return defineNode({
    type: `${effect} step`,
    version: "1",
    effect,
    settings: z.object({ value: Json.default(null) }),
    input: z.object({ value: Json }),
    output: z.object({ value: Json }),
    async execute(context, { settings, input }) {
      const { path, attempt, run } = context;
      begun({ runId: run.runId, path, attempt });
      const behaviour = behaviours.get(path) ?? behaviours.get(path.slice(path.lastIndexOf(".") + 1));
      return { value: (await behaviour?.(context)) ?? input?.value ?? settings.value };
    },
  });
}

/** Walks a definition in a run that is open. */
function walkWith(engine: Engine, clock: WallClock | undefined) {
  return async (context: RunContext, definition: AgentDefinition | FlowDefinition, how: Omit<RunnerOptions, "engine"> = {}) => {
    await using execution = await context.isolate();
    const options = { engine, clock, ...how };
    const runner = definition.kind === "agent" ? agentRunner(definition, options) : flowRunner(definition, options);
    return (await execution.run(runner)) as Record<string, Json>;
  };
}

export interface StagedRun {
  /** Its id. Default: {@link RUN}. */
  readonly as?: string;
  readonly inputs?: Record<string, Json>;
  readonly inputFiles?: readonly ArtifactEntry[];
  readonly budget?: BudgetLimits;
  readonly signal?: AbortSignal;
}

/** How a run in memory goes on. */
export interface ResumedRun extends ResumeOptions {
  readonly budget?: BudgetChange;
}

/** Runs in memory, one after the other in the same ports, and nodes that say when they are executed. */
export function stage({ engine = inlineEngine(), ports = memoryPorts(), clock }: StageOptions = {}) {
  const behaviours = new Map<string, Behaviour>();
  const attempts: ExecutedAttempt[] = [];
  const executed: string[] = [];
  const stepping: Stepping = {
    behaviours,
    begun(attempt) {
      attempts.push(attempt);
      executed.push(`${attempt.path} ${attempt.attempt}`);
    },
  };
  const walkIn = walkWith(engine, clock);

  return {
    ports,
    engine,
    /** `<path> <attempt>`, in the order in which they were begun. */
    executed,
    /** The same with their runs. */
    attempts,
    /** A node that gives `{ value }`. */
    step: stepNode("pure", stepping),
    effect: stepNode("effectful", stepping),
    /** What nodes of this id or path do. */
    on: (name: string, behaviour: Behaviour) => void behaviours.set(name, behaviour),
    walkIn,
    async run(definition: AgentDefinition | FlowDefinition, { as = RUN, ...options }: StagedRun = {}) {
      const opened = { rootComponentId: definition.id, runId: as, runRoot: RUN_ROOT, ports: ports satisfies RunPorts };
      const { result } = await withRun({ ...opened, ...options }, (context) => walkIn(context, definition));
      return result;
    },
    async resume(definition: AgentDefinition | FlowDefinition, { budget, ...resume }: ResumedRun = {}, signal?: AbortSignal) {
      const opened = { runId: RUN, runRoot: RUN_ROOT, journals: ports.journals, ports, budget, ...(signal ? { signal } : {}) };
      const { result } = await withResumedRun(opened, (context) => walkIn(context, definition, { resume }));
      return result;
    },
    details: (runId: string = RUN): Promise<RunDetails> => readRun(ports.journals, runId, { runRoot: RUN_ROOT }),
    async events(runId: string = RUN): Promise<RecordedEvent[]> {
      const events: RecordedEvent[] = [];
      for await (const event of ports.journals.read(RunId.parse(runId))) events.push(event);
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
