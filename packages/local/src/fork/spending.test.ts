import { describe, expect, it } from "vitest";
import { spendingWithin } from "./spending.ts";

describe("spendingWithin", () => {
  it("lets children start while the sum is below the budget, and lets those go on that only reach it", () => {
    const spending = spendingWithin(0.3);
    spending.add(1, 0.1);
    spending.add(2, 0.1);
    expect(spending.exhausted()).toBeUndefined();
    // In binary, three times 0.1 is more than 0.3.
    spending.add(2, 0.1);
    expect(spending.exhausted()).toMatchObject({ code: "BUDGET_EXHAUSTED", details: { budgetUsd: 0.3 } });
    expect(spending.exhausted()?.message).toBe(
      "the budget of $0.3 is exhausted: the children of the fork cost $0.3. Give a larger one, or fewer children",
    );
    expect(spending.signal.aborted).toBe(false);
  });

  it("stops those that go on as soon as the sum is above the budget", () => {
    const spending = spendingWithin(1);
    spending.add(1, 0.6);
    spending.add(2, 0.6);
    expect(spending.signal.reason).toMatchObject({ code: "BUDGET_EXHAUSTED", details: { budgetUsd: 1, spentUsd: 1.2 } });
  });

  it("tells once that much is spent, and by whom, and once that it is too much, before it stops anybody", () => {
    const told: unknown[] = [];
    const spending = spendingWithin(1, {
      warned: (level, child) => told.push({ ...level, child }),
      exhausted: (level) => told.push({ ...level, stopped: spending.signal.aborted }),
    });
    for (const costUsd of [0.5, 0.25]) spending.add(1, costUsd);
    expect(told).toEqual([]);
    spending.add(2, 0.125);
    expect(told).toEqual([{ limitUsd: 1, spentUsd: 0.875, child: 2 }]);
    for (const child of [3, 4]) spending.add(child, 0.25);
    spending.add(5, null);
    expect(told.slice(1)).toEqual([{ limitUsd: 1, spentUsd: 1.125, stopped: false }]);
  });

  it("holds a cost that is not known to be too much, whatever is known after it", () => {
    const spending = spendingWithin(1000);
    spending.add(3, null);
    spending.add(3, 0.1);
    expect(spending.spentUsd).toBeNull();
    expect(spending.exhausted()).toMatchObject({ details: { spentUsd: null } });
    expect(spending.signal.reason).toMatchObject({ code: "BUDGET_EXHAUSTED" });
    expect(String(spending.signal.reason)).toContain("what child 3 of the fork costs is not known, so it cannot be held to the budget of $1000");
  });

  it("believes the record of a child that is over more than what was heard of it", () => {
    const spending = spendingWithin(1);
    spending.add(1, 0.2);
    spending.settle(1, 1.5);
    expect([spending.spentUsd, spending.signal.aborted]).toEqual([1.5, true]);
  });

  it("counts without a budget, and stops nothing", () => {
    const spending = spendingWithin();
    spending.add(1, 1e9);
    expect([spending.spentUsd, spending.exhausted(), spending.signal.aborted]).toEqual([1e9, undefined, false]);
    spending.add(2, null);
    expect([spending.spentUsd, spending.exhausted(), spending.signal.aborted]).toEqual([null, undefined, false]);
  });
});
