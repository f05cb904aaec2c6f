import { ExecutionId, NodePath, type RecordedEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { detailsOf, emptyProjection, project } from "./run-projection.ts";

const usage = { inputTokens: 10, outputTokens: 1, costUsd: 0.5 };
const error = { code: "X", message: "m", retryable: false };
const origin = { runId: RunId.parse("base"), seq: 7, attempt: 1 };
const end = { path: NodePath.parse("main.ask"), attempt: 1, durationMs: 1, artifacts: [], usage };
const started = { type: "run.started", executionId: ExecutionId.parse("0193a5b0-7a5c-7000-8000-000000000001"), rootComponentId: "main" };

/** A run in which this happened. */
function runOf(...events: readonly object[]) {
  const recorded = [started, ...events].map((event) => ({ runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z", ...event }));
  return detailsOf((recorded as unknown as RecordedEvent[]).reduce(project, emptyProjection()), { runDir: "", live: true });
}

describe("a run as its journal tells it", () => {
  it("has used what its attempts used, those that failed included", () => {
    const run = runOf({ ...end, type: "node.failed", error }, { ...end, attempt: 2, type: "node.completed", decision: "executed" });
    expect(run.usage).toMatchObject({ inputTokens: 20, costUsd: 1 });
    expect(run.nodes).toMatchObject([{ status: "completed", decision: "executed" }]);
  });

  it.each([
    ["result", { ...end, type: "node.completed", decision: "reused", origin }, "completed"],
    ["failure", { ...end, type: "node.failed", error, origin }, "failed"],
  ])("has not paid for a %s that it reuses, and says where that was made", (_what, event, status) => {
    const run = runOf(event);
    expect(run.usage).toMatchObject({ inputTokens: 0, costUsd: 0 });
    expect(run.nodes).toMatchObject([{ status, decision: "reused", origin }]);
  });
});
