import { type AgentDefinition, assertDefinition, type FlowDefinition, type OutputsOf } from "@dad/agent";
import type { RunDetails } from "@dad/protocol";
import type { RerunOptions } from "@dad/runner";
import { atMost } from "./fork/at-most.ts";
import { type BudgetEvents, budgetEvents } from "./fork/budget-events.ts";
import { costOfEvent } from "./fork/cost-of-event.ts";
import { type ForkChild, planChildren, type PlanChildrenOptions, type PlannedChild, redactorOfAll } from "./fork/plan-children.ts";
import { type Spending, spendingWithin } from "./fork/spending.ts";
import type { LocalPortsOptions } from "./local-ports.ts";
import { type AgentRun, type RunAgentOptions, runPrepared } from "./run-agent.ts";

export type { ForkChild } from "./fork/plan-children.ts";

type OfEachRun = "store" | "inputs" | "inputFiles" | "source" | "runIdPrefix" | "budget" | "signal" | "failure";

export interface ForkAgentOptions<Outputs = unknown> extends Pick<RunAgentOptions, OfEachRun> {
  /** Those of all children, or what makes those of one. */
  readonly ports: PlanChildrenOptions["ports"];
  /** What all children have in common. `set` of a variant comes over `set` of this. */
  readonly rerun: RerunOptions & { readonly from: string };
  /** For each child what is set for it: at least one. The same twice is two children. */
  readonly variants: readonly ForkChild["set"][];
  /** How many children go on at a time. Default 4. */
  readonly concurrency?: number;
  /** What all children together may cost, in US dollars. Default: anything. `budget` is that of each of them. */
  readonly budgetUsd?: number;
  readonly onChildStart?: (child: ForkChild) => void;
  readonly onChildEnd?: (child: ForkedChild<Outputs>) => void;
}

/** A child that is over, or was never started: then it has neither a run nor an error. */
export interface ForkedChild<Outputs = unknown> extends ForkChild {
  readonly run: RunDetails | undefined;
  /** What the elements gave, by id, when the run completed. */
  readonly outputs: Outputs | undefined;
  /** What ended the run when it did not complete, or stopped it from being made. */
  readonly error: unknown;
}

/** A fork that is over, however its children ended. */
export interface Fork<Outputs = unknown> {
  /** In the order of the variants. */
  readonly children: readonly ForkedChild<Outputs>[];
  /**
   * What ended the fork before all of its children had: the reason of `signal` or `failure`, or a ForkBudgetError
   * (`BUDGET_EXHAUSTED`), also when the last child passed the budget. `undefined`: all have come to their own end.
   */
  readonly stopped: unknown;
  /** What the children cost. `null`: it is not known. */
  readonly spentUsd: number | null;
}

const CONCURRENCY = 4;

/**
 * Makes several runs from one, each with something else set, that share by reference what comes before `from`. Each is an
 * ordinary re-run, in isolation from the others. All are planned, and allowed, before the first starts. One that fails stops no
 * other; `signal` cancels all.
 *
 * A budget fails closed. No child is started once what is known of the costs is at or above it, and those that go on are
 * cancelled as soon as it is passed. A cost that is not known cannot be held to a budget, and stops them likewise. What an attempt
 * of a node costs is known when it ends.
 *
 * A child that fails is a result. Thrown is what leaves the project as it was: what `planAgentRerun` throws, `RERUN_REFUSED`, and
 * ForkRefusedError (`FORK_REFUSED`) when only some children are refused; TypeError for limits that are none.
 */
export async function forkAgent<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  options: ForkAgentOptions<OutputsOf<Definition>>,
): Promise<Fork<OutputsOf<Definition>>> {
  const { concurrency = CONCURRENCY, budgetUsd, signal, failure } = options;
  assertLimits(options);
  assertDefinition(definition);
  const children = await planChildren(definition, options);
  await options.inputFiles?.keep(options.store.artifacts, { signal, redactor: redactorOfAll(options.store, children) });
  const budget = budgetEvents();
  const spending = spendingWithin(budgetUsd, budget);
  const stop = AbortSignal.any([signal, failure, spending.signal].filter((one) => one !== undefined));
  const ended = new Map<number, ForkedChild<OutputsOf<Definition>>>();
  const isOver = () => stop.aborted || spending.exhausted() !== undefined;
  await atMost(children, { limit: concurrency, isOver }, async ({ child, ...planned }) => {
    const own = { ...options, signal: AbortSignal.any([spending.signal, ...(signal ? [signal] : [])]) };
    const made = await runChild(definition, { child, ...planned }, { options: own, spending, stop, budget });
    ended.set(child.number, made);
    if (wasStarted(made)) options.onChildEnd?.(made);
  });
  const all = children.map(({ child }) => ended.get(child.number) ?? notStarted<OutputsOf<Definition>>(child));
  return { children: all, stopped: whatStopped(options, { spending, all }), spentUsd: spending.spentUsd };
}

function assertLimits({ variants, concurrency = CONCURRENCY, budgetUsd = 1 }: ForkAgentOptions<never>): void {
  if (variants.length === 0) throw new TypeError("a fork has at least one variant");
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new TypeError(`concurrency of a fork is a positive integer, and not ${concurrency}`);
  if (!(budgetUsd > 0)) throw new TypeError(`budgetUsd of a fork is a positive number, and not ${budgetUsd}`);
}

interface Forking<Outputs> {
  readonly options: ForkAgentOptions<Outputs>;
  readonly spending: Spending;
  readonly stop: AbortSignal;
  readonly budget: BudgetEvents;
}

async function runChild<Definition extends AgentDefinition | FlowDefinition>(
  definition: Definition,
  { child, ports, planned }: PlannedChild,
  { options, spending, stop, budget }: Forking<OutputsOf<Definition>>,
): Promise<ForkedChild<OutputsOf<Definition>>> {
  const { store, source, runIdPrefix, budget: limits, signal, failure, onChildStart } = options;
  const own = {
    ...(source ? { source } : {}),
    ...(limits ? { budget: limits } : {}),
    ...(runIdPrefix === undefined ? {} : { runIdPrefix }),
    ...(failure ? { failure } : {}),
  };
  try {
    onChildStart?.(child);
    const counted = countedBy(ports, (costUsd) => spending.add(child.number, costUsd));
    const ended: AgentRun<OutputsOf<Definition>> = await runPrepared(
      definition,
      { store, ports: counted, ...own, ...(signal ? { signal } : {}) },
      {
        start: planned.start,
        continuation: planned.continuation,
        resolved: planned.inputs,
        inputFiles: planned.inputFiles,
        beside: (run) => budget.going(child.number, run),
      },
    );
    // Whoever only listens may have been too slow to hear all.
    spending.settle(child.number, ended.run.usage.costUsd);
    return { ...child, ...ended };
  } catch (error) {
    if (stop.aborted && error === stop.reason) return notStarted(child);
    return { ...child, run: undefined, outputs: undefined, error };
  }
}

function countedBy(ports: LocalPortsOptions, add: (costUsd: number | null) => void): LocalPortsOptions {
  return {
    ...ports,
    async onEvent(event) {
      const costUsd = costOfEvent(event);
      if (costUsd !== undefined) add(costUsd);
      await ports.onEvent?.(event);
    },
  };
}

function notStarted<Outputs>(child: ForkChild): ForkedChild<Outputs> {
  return { ...child, run: undefined, outputs: undefined, error: undefined };
}

function wasStarted({ run, error }: ForkedChild): boolean {
  return run !== undefined || error !== undefined;
}

interface AtTheEnd {
  readonly spending: Spending;
  readonly all: readonly ForkedChild[];
}

function whatStopped({ signal, failure }: ForkAgentOptions<never>, { spending, all }: AtTheEnd): unknown {
  // Also when the last child passed it and completed nevertheless: whoever set a budget wants to know.
  if (spending.signal.aborted && !signal?.aborted && !failure?.aborted) return spending.signal.reason;
  if (all.every(({ run }) => run?.status === "completed")) return undefined;
  if (signal?.aborted) return signal.reason;
  if (failure?.aborted) return failure.reason;
  return all.every(wasStarted) ? undefined : spending.exhausted();
}
