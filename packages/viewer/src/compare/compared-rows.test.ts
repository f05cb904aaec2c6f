import type { NodeComparison, RunComparison } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { differenceTexts, nodeRows, runRows } from "./compared-rows.ts";

const usage = { inputTokens: 10, outputTokens: 2, costUsd: 0.5 };
const run = { runId: "a", rootComponentId: "coder", status: "completed", startedAt: "", durationMs: 1000, usage, executed: 3, reused: 0, failed: 0 };
const delta = { durationMs: -500, inputTokens: 0, outputTokens: 4, costUsd: null };

describe("runRows", () => {
  it("says what changed and whether that is better, where one is", () => {
    const compared = { before: run, after: { ...run, durationMs: 500, executed: 1, reused: 2, failed: 1 }, delta } as unknown as RunComparison;
    const rows = Object.fromEntries(runRows(compared).map(({ label, ...row }) => [label, row]));
    expect(rows["took"]).toEqual({ before: "1.00s", after: "500ms", delta: "−500ms", tone: "better" });
    expect(rows["tokens"]?.delta).toBe("+4 out");
    expect(rows["cost"]?.delta).toBeUndefined();
    expect(rows["reused"]).toEqual({ before: "0", after: "2", delta: "+2" });
    expect(rows["failed"]).toMatchObject({ delta: "+1", tone: "worse" });
  });
});

describe("nodeRows", () => {
  it("tells an attempt that is not there from one of which nothing is known", () => {
    const after = { status: "completed", decision: "executed", durationMs: null, usage: null };
    const compared = { differs: ["presence"], after, delta } as unknown as NodeComparison;
    expect(nodeRows(compared)).toContainEqual({ label: "status", before: "not there", after: "completed" });
    expect(nodeRows(compared).find(({ label }) => label === "cost")).toMatchObject({ before: "", after: "unknown" });
    expect(differenceTexts(compared)).toEqual(["only after"]);
  });
});
