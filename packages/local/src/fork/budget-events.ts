import type { BudgetLevel, EventDraft } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import type { SpendingLevel, BudgetWatch } from "./spending.ts";

/** Records in the children of a fork what becomes of their budget. */
export interface BudgetEvents extends BudgetWatch {
  /** That a child goes on, until it is disposed. */
  going(child: number, run: Pick<RunContext, "record">): Disposable;
}

export function budgetEvents(): BudgetEvents {
  const runs = new Map<number, Pick<RunContext, "record">>();
  // A child whose journal cannot be written fails because of that: nobody else need know.
  const record = (run: Pick<RunContext, "record"> | undefined, draft: EventDraft): void => void run?.record(draft).catch(() => undefined);
  return {
    going(child, run) {
      runs.set(child, run);
      return { [Symbol.dispose]: () => void runs.delete(child) };
    },
    warned: (level, child) => record(runs.get(child), { type: "budget.warned", ...eventOf(level) }),
    exhausted(level) {
      for (const run of runs.values()) record(run, { type: "budget.exhausted", ...eventOf(level) });
    },
  };
}

function eventOf({ limitUsd, spentUsd }: SpendingLevel): BudgetLevel {
  return { scope: "fork", unit: "usd", limit: limitUsd, spent: spentUsd };
}
