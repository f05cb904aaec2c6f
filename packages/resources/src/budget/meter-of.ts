import { type BudgetLevel, Usage } from "@dad/protocol";
import { BudgetExhaustedError } from "../errors.ts";
import type { ModelMeter, Reservation, UsageEstimate } from "../model-meter.ts";
import { type Amounts, amountsOf, amountsOfEstimate } from "./amounts.ts";
import type { Budget, BudgetLedger, BudgetWaiter } from "./budget.ts";

/**
 * Holds calls to several budgets at once: what is set aside for a call is set aside in all of them, or in none. A call that may
 * still fit waits, without keeping anything from others meanwhile, and those who come later do not take what it waits for.
 *
 * As long as no call uses more than was expected of it, nothing is overspent; else by what the calls that go on at that moment use
 * more than that, and by nothing that comes after it.
 */
export function meterOf(budgets: readonly Budget[]): ModelMeter {
  return {
    async reserve(estimate, { signal } = {}) {
      signal?.throwIfAborted();
      await setAside(budgets, estimate, signal);
      return reservationOf(budgets, estimate);
    },
  };
}

const NOTHING: Amounts = { tokens: 0, calls: 0, usd: 0 };

function reservationOf(budgets: readonly Budget[], estimate: UsageEstimate): Reservation {
  let ended = false;
  const shortest = shortestTime(budgets);
  const end = (spent: Amounts): void => {
    if (ended) return;
    ended = true;
    for (const { ledger } of budgets) ledger.settle(estimate, spent);
    for (const { ledger } of budgets) ledger.onChange();
  };
  return {
    // It is one call, whatever it says of that. What are no numbers would make all that follow none.
    settle: (usage: Usage) => end(Usage.safeParse(usage).success ? amountsOf({ ...usage, calls: usage.calls ?? 1 }) : amountsOfEstimate(estimate)),
    release: () => end(NOTHING),
    forfeit: () => end(amountsOfEstimate(estimate)),
    timeMs: shortest?.ms,
    ...(shortest && { timeUp: () => timeUp(shortest.budget) }),
  };
}

function shortestTime(budgets: readonly Budget[]) {
  const times = budgets.flatMap((one) => {
    const ms = one.leftMs();
    return ms === undefined ? [] : [{ budget: one, ms }];
  });
  return times.sort((left, right) => left.ms - right.ms)[0];
}

/** Also when the clock of the budget says that a moment is left, and that of the call says otherwise. */
function timeUp(one: Budget): BudgetExhaustedError {
  const level = one.levels().find(({ unit }) => unit === "timeMs");
  return one.overtime() ?? new BudgetExhaustedError(level as BudgetLevel);
}

function setAside(budgets: readonly Budget[], estimate: UsageEstimate, signal: AbortSignal | undefined): Promise<void> {
  const ledgers = budgets.map(({ ledger }) => ledger);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiter: BudgetWaiter = { lacks: new Set(), ledgers, look };

  function look(): void {
    const before = [...waiter.lacks];
    waiter.lacks.clear();
    for (const ledger of ledgers) {
      const refusal = ledger.refusal(estimate);
      if (refusal !== undefined && refusal !== "for now") {
        ledger.refused(refusal);
        return leave(before, () => reject(refusal));
      }
      if (refusal === "for now") waiter.lacks.add(ledger);
    }
    const claimed = waiter.lacks.size === 0 ? ledgers.find((ledger) => isClaimed(ledger, waiter)) : undefined;
    if (claimed) waiter.lacks.add(claimed);
    if (waiter.lacks.size > 0) return;
    for (const ledger of ledgers) ledger.setAside(estimate);
    leave(before, resolve);
  }

  function leave(lacked: readonly BudgetLedger[], how: () => void): void {
    signal?.removeEventListener("abort", abort);
    for (const ledger of ledgers) ledger.queue.delete(waiter);
    how();
    // Who came after it may have waited for nothing else.
    for (const ledger of lacked) ledger.onChange();
  }

  const abort = (): void => leave([...waiter.lacks], () => reject(signal?.reason as Error));

  signal?.addEventListener("abort", abort, { once: true });
  for (const ledger of ledgers) ledger.queue.add(waiter);
  look();
  return promise;
}

/** Whether somebody who came before waits for what becomes free there. */
function isClaimed(ledger: BudgetLedger, waiter: BudgetWaiter): boolean {
  for (const one of ledger.queue) {
    if (one === waiter) return false;
    if (one.lacks.has(ledger)) return true;
  }
  return false;
}

/** Counts what was used without a meter. It may be more than is left. */
export function charge(budgets: readonly Budget[], usage: Usage): void {
  for (const { ledger } of budgets) ledger.spend(amountsOf(usage));
}
