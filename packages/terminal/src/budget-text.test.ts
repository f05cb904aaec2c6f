import { describe, expect, it } from "vitest";
import { budgetLines, forfeitedText, scopeText } from "./budget-text.ts";

describe("budgetLines", () => {
  it("say how much of each limit is spent, and what is not known", () => {
    expect(
      budgetLines([
        { scope: "run", unit: "tokens", limit: 20_000, spent: 1_200 },
        { scope: "run", unit: "usd", limit: 1, spent: 0.8, isPart: true },
        { scope: "run", unit: "usd", limit: 0.05, spent: 0.0014 },
        { scope: "run", unit: "calls", limit: 5, spent: 5 },
        { scope: "run", unit: "timeMs", limit: 600_000, spent: 61_000 },
      ]),
    ).toEqual([
      "1,200 of 20,000 tokens are spent",
      "$0.80 of $1.00 are spent, and what is not known",
      "$0.0014 of $0.0500 are spent",
      "5 of 5 calls are spent",
      "1m 01s of 10m 00s are spent",
    ]);
    expect(budgetLines()).toEqual([]);
  });
});

describe("forfeitedText", () => {
  it("says what calls used at most that were broken off", () => {
    expect(forfeitedText({ calls: 1, tokens: 4_196, usd: 0.042 })).toBe("at most 4,196 tokens and $0.0420 of 1 call that was broken off");
    expect(forfeitedText({ calls: 2, tokens: 10, usd: null })).toBe("at most 10 tokens, at an unknown cost, of 2 calls that were broken off");
  });
});

describe("scopeText", () => {
  it.each([
    ["run", "the run"],
    ["profile ci", "the profile ci"],
    ["coder.fix", "coder.fix"],
  ])("%s is %s", (scope, text) => {
    expect(scopeText(scope)).toBe(text);
  });
});
