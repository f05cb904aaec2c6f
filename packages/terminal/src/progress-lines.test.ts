import { NodePath, type RunEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { progressLine } from "./progress-lines.ts";

const base = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };
const node = { ...base, path: NodePath.parse("coder.fix.plan"), attempt: 1 };

describe("progressLine", () => {
  it.each<[RunEvent, string | undefined]>([
    [{ ...node, type: "node.started", nodeType: "command" }, "node coder.fix.plan started"],
    [{ ...node, type: "node.completed", decision: "executed", durationMs: 1234, artifacts: [] }, "node coder.fix.plan completed 1.2s"],
    [{ ...node, type: "node.completed", decision: "reused", durationMs: 3, artifacts: [] }, "node coder.fix.plan reused 3ms"],
    [
      { ...node, type: "node.failed", durationMs: 5, artifacts: [], error: { code: "X", message: "m\u001b[2J\nand so on", retryable: false } },
      String.raw`node coder.fix.plan failed 5ms: X: m\x1b[2J and so on`,
    ],
    [{ ...node, type: "node.cancelled", durationMs: 5, artifacts: [] }, "node coder.fix.plan cancelled 5ms"],
    [{ ...node, type: "attempt.retried", delayMs: 1500 }, "node coder.fix.plan is tried again in 1.5s"],
    [
      {
        ...node,
        type: "failure.handled",
        by: "continue",
        error: { code: "NODE_FAILED", message: "node coder.fix.plan failed: m", retryable: false },
      },
      "node coder.fix.plan was allowed to fail: m",
    ],
    [
      {
        ...node,
        type: "failure.handled",
        by: "catch",
        error: { code: "NODE_FAILED", message: "node coder.fix.plan.try.x failed: m", retryable: false },
      },
      "coder.fix.plan caught a failure: NODE_FAILED: node coder.fix.plan.try.x failed: m",
    ],
    [{ ...base, type: "outcome.failed", error: { code: "X", message: "m", retryable: false } }, undefined],
    [
      { ...base, path: node.path, type: "outcome.failed", error: { code: "X", message: "m\u001b[2J", retryable: false } },
      String.raw`node coder.fix.plan left files that are not committed: X: m\x1b[2J`,
    ],
    [{ ...base, type: "custom.emitted", name: "n", data: "\u001b[2J" }, undefined],
  ])("tells %j", (event, line) => {
    expect(progressLine(event, unpainted)).toBe(line);
  });
});
