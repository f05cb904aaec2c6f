import { ForkBudgetError } from "./errors.ts";

/** What the children of a fork cost so far, held to a budget. It fails closed: what is not known is too much. */
export interface Spending {
  /** Aborted, with a ForkBudgetError (`BUDGET_EXHAUSTED`), as soon as the sum is above the budget or not known. */
  readonly signal: AbortSignal;
  /** What is known of the cost; `null` once a part of it is not. */
  readonly spentUsd: number | null;
  /** Why no further child may start: the sum is at or above the budget, or not known. `undefined` while one may. */
  exhausted(): ForkBudgetError | undefined;
  /** A child used more. */
  add(child: number, costUsd: number | null): void;
  /** A child is over, and this is what its record says of all that it used. */
  settle(child: number, costUsd: number | null): void;
}

/** How much of a budget is spent, in US dollars, as far as it is known. */
export interface SpendingLevel {
  readonly limitUsd: number;
  readonly spentUsd: number;
}

/** Is told of a budget, of each once, before anything stops because of it. */
export interface BudgetWatch {
  /** Four fifths are spent. The child spent last. */
  warned(level: SpendingLevel, child: number): void;
  /** It is passed, or what is spent is not known. */
  exhausted(level: SpendingLevel): void;
}

const MUCH = 0.8;

/** Without a budget everything may be spent, and it is still counted. */
export function spendingWithin(budgetUsd: number = Number.POSITIVE_INFINITY, watch?: BudgetWatch): Spending {
  const stop = new AbortController();
  const costs = new Map<number, number | null>();
  let warned = false;

  function overBy(): number {
    const spent = sumOf(costs);
    if (spent === null) return budgetUsd === Number.POSITIVE_INFINITY ? -1 : 1;
    // A sum of decimal fractions is off by less than this.
    return Math.round((spent - budgetUsd) * NANO) / NANO;
  }

  function error(): ForkBudgetError {
    const unknown = [...costs].find(([, costUsd]) => costUsd === null)?.[0];
    return new ForkBudgetError({ budgetUsd, spentUsd: sumOf(costs), unknown });
  }

  function set(child: number, costUsd: number | null): void {
    costs.set(child, costUsd);
    const level = { limitUsd: budgetUsd, spentUsd: knownIn(costs) };
    if (!warned && level.spentUsd >= budgetUsd * MUCH) {
      warned = true;
      watch?.warned(level, child);
    }
    if (overBy() <= 0 || stop.signal.aborted) return;
    watch?.exhausted(level);
    stop.abort(error());
  }

  return {
    signal: stop.signal,
    get spentUsd() {
      return sumOf(costs);
    },
    exhausted: () => (overBy() >= 0 ? error() : undefined),
    add(child, costUsd) {
      const before = costs.get(child) ?? 0;
      // What was unknown once stays so.
      set(child, costs.get(child) === null || costUsd === null ? null : before + costUsd);
    },
    settle: set,
  };
}

const NANO = 1e9;

function knownIn(costs: ReadonlyMap<number, number | null>): number {
  return [...costs.values()].reduce<number>((sum, costUsd) => sum + (costUsd ?? 0), 0);
}

function sumOf(costs: ReadonlyMap<number, number | null>): number | null {
  let sum = 0;
  for (const costUsd of costs.values()) {
    if (costUsd === null) return null;
    sum += costUsd;
  }
  return sum;
}
