import { asRecorded, type ForkedRun, type ForkReport, NodePath, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { forkText } from "./fork-text.ts";
import { unpainted } from "./paint.ts";

const usage = { inputTokens: 1234, outputTokens: 5, costUsd: 0.0123 };
const counts = { executed: 2, reused: 1, usage, durationMs: 1200 };
const nothing = { executed: 0, reused: 0, usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 }, durationMs: null };
const child = (number: number, more: Partial<ForkedRun> = {}): ForkedRun => ({
  number,
  set: { "coder.plan": { temperature: number / 10 } },
  runId: RunId.parse(`child${number}`),
  status: "completed",
  ...counts,
  outputs: "A",
  changedFiles: 0,
  ...more,
});
const notStarted = (number: number) => child(number, { status: "not started", runId: null, ...nothing, outputs: null, changedFiles: null });

function textOf(children: ForkedRun[], more: Partial<ForkReport> = {}): string[] {
  const of: ForkReport["of"] = { runId: RunId.parse("base"), status: "completed", ...counts, outputs: "A" };
  const report: ForkReport = { format: "dad.fork/1", of, from: NodePath.parse("coder.plan"), usage, children, ...more };
  return forkText(report, { paint: unpainted, next: ["dad diff base child2", "dad show child2"] }).split("\n");
}

describe("forkText", () => {
  it("shows the children side by side, below the run that they were made from", () => {
    expect(textOf([child(1), child(2, { outputs: "B", changedFiles: null })])).toEqual([
      "#  SET              STATUS     NODES  IN     OUT  COST     TOOK  FILES    OUTPUTS  RUN",
      "0  the earlier run  completed  2      1,234  5    $0.0123  1.2s           A        base",
      "1  temperature=0.1  completed  2      1,234  5    $0.0123  1.2s  0        A        child1",
      "2  temperature=0.2  completed  2      1,234  5    $0.0123  1.2s  unknown  B        child2",
      "",
      "of        base from coder.plan",
      "tokens    1,234 in, 5 out",
      "cost      $0.0123",
      "next      dad diff base child2",
      "          dad show child2",
    ]);
  });

  it("says once what stopped the fork, and shows nothing of a child that was not started", () => {
    const error = { code: "BUDGET_EXHAUSTED", message: "spent", retryable: false };
    const cancelled = child(1, {
      status: "cancelled",
      outputs: null,
      error: { code: "NODE_CANCELLED", message: "m", retryable: false, cause: error },
    });
    const lines = textOf([cancelled, notStarted(2)], { budgetUsd: 0.01, stopped: error });
    expect(lines[3]).toBe("2  temperature=0.2  not started");
    expect(lines.slice(5)).toEqual([
      "of        base from coder.plan",
      "tokens    1,234 in, 5 out",
      "cost      $0.0123 of a budget of $0.0100",
      "stopped   BUDGET_EXHAUSTED: spent",
      "next      dad diff base child2",
      "          dad show child2",
    ]);
  });

  it("tells what recordings said to all children apart from what was used", () => {
    const lines = textOf([child(1)], { usage: asRecorded(usage) });
    expect(lines.slice(5, 8)).toEqual(["tokens    0 in, 0 out", "recorded  1 reply, 1,234 in, 5 out (nothing paid)", "cost      $0.00"]);
  });

  it("says of each child what else ended it", () => {
    const error = { code: "NODE_FAILED", message: "no\nluck", retryable: false };
    expect(textOf([child(1), child(2, { status: "failed", error })])).toContain("child 2   NODE_FAILED: no luck");
  });

  it("says of a child for which nothing was set that nothing was", () => {
    expect(textOf([child(1, { set: {} })])[2]).toMatch(/^1 {2}nothing {10}completed/);
  });
});
