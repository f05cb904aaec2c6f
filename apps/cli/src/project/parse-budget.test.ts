import { describe, expect, it } from "vitest";
import { parseBudget, parseBudgetChange } from "./parse-budget.ts";

describe("--budget", () => {
  it.each<[readonly string[], object]>([
    [["usd=2"], { usd: 2 }],
    [["usd=$0.50,tokens=200k"], { usd: 0.5, tokens: 200_000 }],
    [["tokens=1.5M", "calls=100", "time=10m"], { tokens: 1_500_000, calls: 100, timeMs: 600_000 }],
    [["tokens=1.1k, calls=0"], { tokens: 1_100, calls: 0 }],
    [["time=1h30m15s500ms"], { timeMs: 5_415_500 }],
    [["time=90s"], { timeMs: 90_000 }],
  ])("takes %j", (texts, limits) => {
    expect(parseBudget(texts)).toEqual(limits);
  });

  it.each([
    ["", /give it as usd=2/],
    ["5", /give it as usd=2/],
    ["dollars=5", /nothing is limited by "dollars"; there are "usd", "tokens", "calls", "time"/],
    ["token=5", /did you mean "tokens"/],
    ["usd=", /"" is no number of US dollars, such as 2 or 0.50/],
    ["usd=-1", /is no number of US dollars/],
    ["usd=1e3", /is no number of US dollars/],
    ["usd=1,5", /--budget 5: give it as/],
    ["tokens=1.5", /is no number of tokens, such as 20000, 200k or 1.5M/],
    ["tokens=1.0005k", /is no number of tokens/],
    ["calls=many", /is no number of calls/],
    ["time=10", /is no time, such as 90s, 10m or 1h30m/],
    ["time=0s", /is no time/],
    ["time=", /is no time/],
    ["calls=1,calls=2", /--budget calls=2: that is limited twice/],
    ["usd=none", /has no limit that could be taken away/],
    ["none", /has no limit that could be taken away/],
  ])("refuses %j", (text, message) => {
    expect(() => parseBudget([text])).toThrow(expect.objectContaining({ code: "USAGE_INVALID", message: expect.stringMatching(message) }));
  });

  it("takes limits away from a run that goes on, one or all, and changes nothing when it is not given", () => {
    expect(parseBudgetChange(["usd=none,calls=5"])).toEqual({ usd: null, calls: 5 });
    expect(parseBudgetChange(["none"])).toEqual({ usd: null, tokens: null, calls: null, timeMs: null });
    expect([parseBudgetChange(undefined), parseBudget(undefined)]).toEqual([undefined, undefined]);
  });
});
