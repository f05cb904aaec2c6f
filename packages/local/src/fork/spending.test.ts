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
