import { NO_USAGE, type StatsGroup, type StatsReport } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { sparkline, statsText } from "./stats-text.ts";

function groupWith(given: Partial<StatsGroup> = {}): StatsGroup {
  const part = { start: "2026-11-20T00:00:00.000Z", count: 3, failed: 1, costUsd: 0.5, tokens: 1500 };
  return {
    key: "",
    count: 3,
    completed: 2,
    failed: 1,
    cancelled: 0,
    open: 0,
    reused: 0,
    duration: { total: 3000, p50: 900, p95: 1500, max: 1500 },
    usage: { inputTokens: 1000, outputTokens: 500, costUsd: 0.5 },
    series: [part, { ...part, count: 0, failed: 0, costUsd: 0, tokens: 0 }],
    ...given,
  };
}

function reportWith(given: Partial<StatsReport> = {}): StatsReport {
  return {
    format: "dad.stats/1",
    by: null,
    since: null,
    until: "2026-11-21T00:00:00.000Z",
    total: groupWith(),
    groups: [],
    unreadable: [],
    ...given,
  };
}

describe("statsText", () => {
  it("says how the runs ended, and draws how they went over the time", () => {
    expect(statsText(reportWith(), unpainted).split("\n")).toEqual([
      "3 runs since 2026-11-20 00:00:00Z: 2 completed, 1 failed",
      "",
      "runs    █   at most 3 in a part",
      "failed  █   1",
      "tokens  █   1,000 in, 500 out (1,500)",
      "cost    █   $0.5000",
      "took        half within 0.9s, 95% within 1.5s, all within 1.5s",
    ]);
  });

  it("has a row for each agent, and no column that says nothing", () => {
    const groups = [groupWith({ key: "coder" }), groupWith({ key: "writer", failed: 0, usage: { ...NO_USAGE, costUsd: null } })];
    expect(
      statsText(reportWith({ by: "agent", groups }), unpainted)
        .split("\n")
        .slice(2),
    ).toEqual([
      "AGENT   RUNS  CHART  FAILED  P50   P95   TOKENS  COST",
      "coder   3     █      1       0.9s  1.5s  1,500   $0.5000",
      "writer  3     █              0.9s  1.5s  0       unknown",
    ]);
  });

  it("says so when there is nothing to tell apart", () => {
    expect(statsText(reportWith({ by: "model" }), unpainted)).toContain("no call of a model is in the traces of these runs");
  });

  it("says that there is nothing, and of which time", () => {
    const total = groupWith({ count: 0 });
    expect(statsText(reportWith({ total }), unpainted)).toBe("no runs");
    expect(statsText(reportWith({ total, by: "agent", since: "2026-11-26T08:00:00.000Z" }), unpainted)).toBe("no runs since 2026-11-26 08:00:00Z");
  });

  it("says that nothing has ended", () => {
    const total = groupWith({ count: 1, completed: 0, failed: 0, open: 1, duration: { total: 0, p50: null, p95: null, max: null } });
    expect(statsText(reportWith({ total }), unpainted)).toMatch(/^1 run since .*: 1 open\n[^]*nothing has ended$/);
  });
});

describe("sparkline", () => {
  it("shows the most as a whole bar, what is small as a small one, and nothing as none", () => {
    expect(sparkline([0, 1, 500, 1000])).toBe(" ▁▄█");
    expect(sparkline([0, 0])).toBe("  ");
  });
});
