import { ArtifactEntry, digestOfBytes, InputId, InputKey, NodePath, type RunEvent, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { unpainted } from "./paint.ts";
import { progressLine } from "./progress-line.ts";

const base = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };
const node = { ...base, path: NodePath.parse("coder.fix.plan"), attempt: 1 };
const by = { channel: "cli", who: "ada", at: base.time };
const id = InputId.parse("coder.fix.plan:ok");
const question = digestOfBytes("");
const error = { code: "X", message: "m", retryable: false };
const result = ArtifactEntry.parse({ name: "s", path: "s.json", mediaType: "application/json", digest: question, size: 0 });
const request = { id, path: node.path, key: InputKey.parse("ok"), prompt: "Shall I?\u001b[2J\nReally?", schema: {}, question };
const usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

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
    [{ ...node, type: "model.retried", model: "acme/m", delayMs: 1500, error }, "node coder.fix.plan asks acme/m again in 1.5s: X: m"],
    [{ ...node, type: "model.replaced", model: "acme/m", by: "other/n", error }, "node coder.fix.plan asks other/n instead of acme/m: X: m"],
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
    [{ ...base, type: "custom.emitted", name: "cache\u001b[2J", data: "\u001b[2J" }, String.raw`event cache\x1b[2J`],
    [{ ...node, type: "custom.emitted", name: "cache.hit", data: 1 }, "event cache.hit of coder.fix.plan"],
    [{ ...base, type: "custom.emitted", name: "merged", data: 1, by }, "signal merged from ada"],
    [{ ...node, type: "output.streamed", channel: "text", text: "t" }, undefined],
    [{ ...node, type: "step.completed", name: "s", given: question, durationMs: 1, result }, undefined],
    [
      { ...node, type: "node.intercepted", when: "before", action: "vetoed", by: "guard", reason: "not at\nnight" },
      "node coder.fix.plan was vetoed by guard: not at night",
    ],
    [
      { ...node, type: "node.intercepted", when: "after", action: "replaced", by: "guard", reason: "better" },
      "node coder.fix.plan gave something that was replaced by guard: better",
    ],
    [{ ...base, type: "budget.warned", scope: "fork", unit: "usd", limit: 1, spent: 0.8 }, "budget of the fork: $0.80 of $1.00 are spent"],
    [
      { ...base, type: "budget.exhausted", scope: "fork", unit: "usd", limit: 1, spent: 1.1 },
      "budget of the fork exhausted: $1.10 of $1.00 are spent",
    ],
    [
      { ...base, type: "handler.failed", event: "node.completed", dropped: 1234 },
      "a handler of node.completed was too slow, and has lost 1,234 events",
    ],
    [{ ...base, type: "handler.failed", event: "node.completed", dropped: 0, error }, "a handler of node.completed failed: X: m"],
    [
      { ...base, type: "journal.recovered", bytes: 7, kept: "journal.torn-1" },
      "the end of the journal (7 bytes) was torn, and is kept as journal.torn-1",
    ],
  ])("tells %j", (event, line) => {
    expect(progressLine(event, { paint: unpainted })).toBe(line);
  });

  it.each<[RunEvent, string]>([
    [{ ...node, type: "input.requested", request }, String.raw`coder.fix.plan asks: Shall I?\x1b[2J Really?; dad answer run_1 coder.fix.plan:ok`],
    [
      { ...node, type: "input.requested", request: { ...request, prompt: "?", expiresAt: "2026-11-22T08:00:00.000Z" } },
      "coder.fix.plan asks: ? (until 2026-11-22 08:00:00Z); dad answer run_1 coder.fix.plan:ok",
    ],
    [{ ...node, type: "input.answered", request: id, question, by }, "coder.fix.plan:ok answered by ada (cli)"],
    [
      {
        ...node,
        type: "input.answered",
        request: id,
        question,
        by: { channel: "rerun", at: base.time },
        origin: { runId: RunId.parse("run_0"), seq: 1 },
      },
      "coder.fix.plan:ok answered by rerun, as in run run_0",
    ],
    [{ ...node, type: "input.rejected", request: id, by, error }, "coder.fix.plan:ok: the answer by ada (cli) was not taken: X: m"],
    [{ ...node, type: "input.expired", request: id, onTimeout: "deny" }, "coder.fix.plan:ok expired: nobody answered in time, which is a no"],
    [{ ...node, type: "input.cancelled", request: id }, "coder.fix.plan:ok needs no answer any more"],
    [
      { ...node, type: "node.parked", durationMs: 1200, artifacts: [], requests: [id] },
      "node coder.fix.plan parked 1.2s: it waits for coder.fix.plan:ok",
    ],
    [{ ...base, path: NodePath.parse("coder"), type: "component.parked", durationMs: 1200 }, "coder parked 1.2s"],
    [{ ...base, type: "run.parked", usage, requests: [id] }, "run run_1 waits for coder.fix.plan:ok"],
  ])("tells of waiting and answers %j", (event, line) => {
    expect(progressLine(event, { paint: unpainted })).toBe(line);
  });

  it("tells how somebody answers where that is another command", () => {
    const answer = (run: string, asked: string) => `./dad answer ${run} ${asked} --run-root x`;
    expect(progressLine({ ...node, type: "input.requested", request }, { paint: unpainted, answer })).toMatch(
      /; \.\/dad answer run_1 \S+ --run-root x$/,
    );
  });
});
