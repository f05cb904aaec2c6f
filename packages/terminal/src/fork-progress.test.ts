import { PassThrough } from "node:stream";
import { asRecorded, NodePath, type RunEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { forkProgress } from "./fork-progress.ts";

const base = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };
const node = { ...base, path: NodePath.parse("coder.plan"), attempt: 1 };
const usage = { inputTokens: 1, outputTokens: 1, costUsd: null };

/** What is told of events of the second child. */
function told(...events: RunEvent[]): string {
  const stream = new PassThrough();
  const progress = forkProgress(stream as unknown as NodeJS.WriteStream);
  for (const event of events) void progress.of(2)(event);
  return String(stream.read() ?? "");
}

describe("forkProgress", () => {
  it("begins each line with the number of the child", () => {
    expect(told({ ...node, type: "node.started", nodeType: "ai_model" })).toBe("[2] node coder.plan started\n");
  });

  it("says nothing of what is reused, as all children do so", () => {
    expect(told({ ...node, type: "node.completed", decision: "reused", durationMs: 0, artifacts: [] })).toBe("");
    expect(told({ ...node, type: "node.completed", decision: "executed", durationMs: 12, artifacts: [] })).toContain("completed 12ms");
  });

  it("says how a child ended, and what it cost", () => {
    const error = { code: "X", message: "m", retryable: false };
    expect(told({ ...base, type: "run.completed", usage: { ...usage, costUsd: 0.5 } })).toBe("[2] run run_1 completed, cost $0.5000\n");
    expect(told({ ...base, type: "run.completed", usage: asRecorded(usage) })).toBe("[2] run run_1 completed, cost $0.00, recorded: 1 reply\n");
    expect(told({ ...base, type: "run.failed", usage, error })).toBe("[2] run run_1 failed, cost unknown\n");
    expect(told({ ...base, type: "run.cancelled", usage })).toBe("[2] run run_1 cancelled, cost unknown\n");
  });
});
