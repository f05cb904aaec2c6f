import { ArtifactEntry, digestOfBytes, NodePath, type RunEvent, RunId, type UnknownEvent } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { eventText } from "./event-text.ts";
import { unpainted } from "./paint.ts";

const base = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };
const digest = digestOfBytes("");
const result = ArtifactEntry.parse({ name: "s", path: "s.json", mediaType: "application/json", digest, size: 0 });
const usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

describe("eventText", () => {
  it.each<[RunEvent | UnknownEvent, string]>([
    [{ ...base, type: "node.started", path: NodePath.parse("a.b"), attempt: 1, nodeType: "x" }, "node a.b started"],
    [{ ...base, type: "component.started", path: NodePath.parse("a"), kind: "agent" }, "component.started a"],
    [
      { ...base, type: "step.completed", path: NodePath.parse("a.b"), attempt: 1, name: "tool 1.1 mail", given: digest, durationMs: 1, result },
      "step.completed a.b tool 1.1 mail",
    ],
    [{ ...base, type: "run.completed", usage }, "run.completed"],
    [{ ...base, type: "run.failed", usage, error: { code: "X", message: "m\u001b[2J\nn", retryable: false } }, String.raw`run.failed: X: m\x1b[2J n`],
    [{ ...base, type: "of.tomorrow\u001b[2J", path: "p\nq" }, String.raw`of.tomorrow\x1b[2J p q`],
  ])("tells %j", (event, text) => {
    expect(eventText(event, { paint: unpainted })).toBe(text);
  });
});
