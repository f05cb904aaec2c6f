import { InputId, NodePath, type RunEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { costOfEvent } from "./cost-of-event.ts";

const runId = RunId.parse("run_1");
const base = { runId, time: "2026-11-22T07:34:43.000Z" };
const usage = { inputTokens: 1, outputTokens: 1, costUsd: 0.5 };
const end = { ...base, path: NodePath.parse("a.b"), attempt: 1, durationMs: 1, artifacts: [] };
const error = { code: "X", message: "m", retryable: false };
const origin = { runId, seq: 1, attempt: 1 };

describe("costOfEvent", () => {
  it.each<[string, RunEvent, number | null | undefined]>([
    ["an attempt that completed", { ...end, type: "node.completed", decision: "executed", usage }, 0.5],
    ["one of which the cost is not known", { ...end, type: "node.completed", decision: "executed", usage: { ...usage, costUsd: null } }, null],
    ["one that failed", { ...end, type: "node.failed", usage, error }, 0.5],
    ["one that was cancelled", { ...end, type: "node.cancelled", usage }, 0.5],
    ["one that waits for an answer", { ...end, type: "node.parked", usage, requests: [InputId.parse("a.b:c")] }, 0.5],
    ["one that asked no model", { ...end, type: "node.completed", decision: "executed" }, undefined],
    ["a result that is reused", { ...end, type: "node.completed", decision: "reused", usage, origin }, undefined],
    ["a failure that is reused", { ...end, type: "node.failed", usage, error, origin }, undefined],
    ["the end of the run, in which all is counted again", { ...base, type: "run.completed", usage }, undefined],
  ])("of %s", (_name, event, cost) => {
    expect(costOfEvent(event)).toBe(cost);
  });
});
