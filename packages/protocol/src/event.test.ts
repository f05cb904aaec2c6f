import { describe, expect, expectTypeOf, it } from "vitest";
import { type EventDraft, type EventOf, isKnownEvent, parseEvent, RunEvent, type RunEventType, type UnknownEvent } from "./event.ts";
import type { RecordedEvent } from "./journal-entry.ts";

const digest = `sha256:${"0".repeat(64)}`;
const run = { runId: "run_1", seq: 1, time: "2026-11-22T07:34:43.000Z" };
const element = { ...run, path: "coder.plan" };
const attempt = { ...element, attempt: 1 };
const usage = { inputTokens: 3, outputTokens: 5, costUsd: 0.25 };
const error = { code: "NODE_FAILED", message: "no", retryable: false };
const artifact = { name: "outcome", path: "coder/plan/outcome.json", mediaType: "application/json", digest, size: 2 };
const outcome = { branch: "run/run_1", commit: "abc", tree: "def", parent: "aaa" };
const fingerprint = { digest, code: { type: "command", version: "2" }, resources: { "model.writer": { modelId: "m" } }, workspace: "def" };
const by = { channel: "cli", who: "ada", at: "2026-11-22T07:34:43.000Z", comment: "looks good" };
const asked = "coder.plan:approve";
const request = {
  id: asked,
  path: "coder.plan",
  key: "approve",
  prompt: "Go on?",
  schema: { type: "boolean" },
  choices: [{ value: true, label: "Yes", hint: "go on" }],
  as: "text",
  expiresAt: "2026-11-23T07:34:43.000Z",
  onTimeout: "deny",
  question: digest,
};
const ended = {
  durationMs: 1.5,
  artifacts: [artifact],
  usage,
  fingerprint,
  reads: ["coder.survey"],
  exclusive: true,
  beside: "coder.survey",
  outcome,
};
const origin = { runId: "run_0", seq: 7, attempt: 2 };

/** One of each type. The compiler asks for all of them. */
const EXAMPLES: { readonly [Type in RunEventType]: { readonly type: Type } & Record<string, unknown> } = {
  "run.started": {
    ...run,
    type: "run.started",
    executionId: "019a9b7c-5d3e-7f00-8a1b-2c3d4e5f6071",
    rootComponentId: "coder",
    rerun: { of: "run_0", from: "coder.plan", set: { "coder.plan": { prompt: "Again" } }, reask: ["coder.plan"], pin: ["coder.verify"] },
    source: { file: "../src/agent.ts", profile: "recorded" },
    inputs: artifact,
  },
  "run.resumed": { ...run, type: "run.resumed", from: "interrupted" },
  "run.completed": { ...run, type: "run.completed", usage },
  "run.failed": { ...run, type: "run.failed", usage, error },
  "run.cancelled": { ...run, type: "run.cancelled", usage, error },
  "run.parked": { ...run, type: "run.parked", usage, requests: [asked] },
  "component.started": { ...element, type: "component.started", kind: "agent", definition: digest },
  "component.completed": { ...element, type: "component.completed", durationMs: 0 },
  "component.failed": { ...element, type: "component.failed", durationMs: 0, error },
  "component.cancelled": { ...element, type: "component.cancelled", durationMs: 0 },
  "component.parked": { ...element, type: "component.parked", durationMs: 0 },
  "component.skipped": { ...element, type: "component.skipped" },
  "node.started": { ...attempt, type: "node.started", nodeType: "command", effect: "effectful" },
  "node.completed": { ...attempt, type: "node.completed", decision: "reused", origin, ...ended },
  "node.failed": { ...attempt, type: "node.failed", error, ...ended },
  "node.cancelled": { ...attempt, type: "node.cancelled", ...ended },
  "node.parked": { ...attempt, type: "node.parked", requests: [asked], ...ended },
  "node.intercepted": { ...attempt, type: "node.intercepted", when: "before", action: "vetoed", by: "policy", reason: "too dear" },
  "step.completed": { ...attempt, type: "step.completed", name: "draft", given: digest, durationMs: 1, result: artifact },
  "input.requested": { ...attempt, type: "input.requested", request },
  "input.answered": { ...element, type: "input.answered", request: asked, question: digest, value: true, by, origin: { runId: "run_0", seq: 7 } },
  "input.rejected": { ...element, type: "input.rejected", request: asked, by, error },
  "input.expired": { ...element, type: "input.expired", request: asked, onTimeout: "deny" },
  "input.cancelled": { ...element, type: "input.cancelled", request: asked },
  "artifact.recorded": { ...attempt, type: "artifact.recorded", artifact },
  "trace.updated": { ...run, type: "trace.updated", traceId: "0".repeat(31) + "1", spanId: "0".repeat(15) + "1" },
  "budget.warned": { ...run, type: "budget.warned", scope: "run", unit: "usd", limit: 1, spent: 0.8 },
  "budget.exhausted": { ...run, type: "budget.exhausted", scope: "node", unit: "calls", limit: 1, spent: 2 },
  "model.retried": { ...attempt, type: "model.retried", model: "writer", delayMs: 500, error },
  "model.replaced": { ...attempt, type: "model.replaced", model: "writer", by: "cheap", error },
  "inputs.registered": { ...run, type: "inputs.registered", artifact, paths: ["coder"] },
  "isolation.opened": {
    ...run,
    type: "isolation.opened",
    path: "coder.try",
    isolation: { adapter: "process", preset: "contained", network: "none", guards: { "scope.env": "enforced" }, degraded: ["fs.read"] },
  },
  "network.requested": {
    ...run,
    type: "network.requested",
    request: { allowed: false, method: "CONNECT", host: "a.test", port: 443, reason: "not-listed", bytesUp: 0, bytesDown: 0, durationMs: 1 },
  },
  "outcome.opened": { ...run, type: "outcome.opened", outcome },
  "workspace.opened": { ...run, type: "workspace.opened", directory: "workspace" },
  "outcome.committed": { ...run, type: "outcome.committed", path: "coder", outcome: { branch: "run/run_1", commit: "abc" } },
  "outcome.failed": { ...run, type: "outcome.failed", error },
  "journal.recovered": { ...run, type: "journal.recovered", bytes: 17, kept: "journal.torn-1" },
  "run.repaired": { ...run, type: "run.repaired", finding: "JOURNAL_DAMAGED", where: "run_1/journal.jsonl", action: "keep-valid-prefix" },
  "attempt.retried": { ...attempt, type: "attempt.retried", delayMs: 500 },
  "node.rested": { ...attempt, type: "node.rested" },
  "failure.handled": { ...element, type: "failure.handled", by: "continue", error },
  "output.streamed": { ...run, type: "output.streamed", path: "a.b", attempt: 1, channel: "stdout", text: "hello" },
  "handler.failed": { ...run, type: "handler.failed", event: "node.completed", dropped: 0, error },
  "custom.emitted": { ...run, type: "custom.emitted", path: "coder.plan", name: "progress", data: { done: [1, null] }, by, message: "m-1" },
};

const examples = Object.values(EXAMPLES);

describe("parseEvent", () => {
  it.each(examples)("reads $type as it is", (event) => {
    const parsed = parseEvent(JSON.parse(JSON.stringify(event)));
    expect(parsed).toEqual(event);
    expect(isKnownEvent(parsed)).toBe(true);
  });

  it.each(examples)("keeps what a newer version added to $type", (event) => {
    const newer = { ...event, addedLater: { a: [1] } };
    expect(parseEvent(newer)).toEqual(newer);
  });

  it.each(examples)("asks for every required member of $type", (event) => {
    const optional = new Set([
      "seq",
      "rerun",
      "source",
      "inputs",
      "effect",
      "definition",
      "usage",
      "error",
      "path",
      "fingerprint",
      "reads",
      "outcome",
      "origin",
      "exclusive",
      "beside",
      "value",
      "spanId",
      "by",
      "message",
    ]);
    const missed = Object.keys(event).filter((key) => {
      const { [key]: _left, ...rest } = event;
      return parses(rest);
    });
    expect(missed.filter((key) => !optional.has(key))).toEqual([]);
  });

  it("passes an event of an unknown type on, untouched", () => {
    const event = { ...run, type: "node.paused", path: "not even a path!", more: [1] };
    const parsed = parseEvent(event);
    expect(parsed).toEqual(event);
    expect(isKnownEvent(parsed)).toBe(false);
  });

  it.each([
    ["a known type in another form", { ...EXAMPLES["node.completed"], durationMs: "fast" }],
    ["an illegal path", { ...EXAMPLES["node.started"], path: "../x" }],
    ["an artifact outside the run", { ...EXAMPLES["node.completed"], artifacts: [{ ...artifact, path: "../../x" }] }],
    ["no run id", { type: "node.paused", time: run.time }],
    ["no time", { type: "node.paused", runId: run.runId }],
    ["a sequence number below 1", { ...EXAMPLES["run.completed"], seq: 0 }],
    ["data that is no JSON", { ...EXAMPLES["custom.emitted"], data: undefined }],
    ["no object", "run.started"],
  ])("refuses %s", (_what, event) => {
    expect(parses(event)).toBe(false);
  });
});

describe("RunEvent", () => {
  it("has an example of every type here", () => {
    expect(RunEvent.options.map((option) => option.shape.type.value).sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it("names its types <noun>.<past participle>", () => {
    for (const type of Object.keys(EXAMPLES)) expect(type).toMatch(/^[a-z]+\.[a-z]+ed$/);
  });

  it("is narrowed by its type", () => {
    const event = parseEvent(EXAMPLES["node.failed"]);
    expectTypeOf(event).toEqualTypeOf<RunEvent | UnknownEvent>();
    if (isKnownEvent(event) && event.type === "node.failed") expectTypeOf(event.error.code).toEqualTypeOf<string>();
    expectTypeOf<EventOf<"run.completed">["usage"]["costUsd"]>().toEqualTypeOf<number | null>();
    expectTypeOf<RecordedEvent["seq"]>().toEqualTypeOf<number>();
  });
});

describe("EventDraft", () => {
  it("is an event without what the run adds", () => {
    const draft: EventDraft = { type: "run.completed", usage };
    expectTypeOf<Extract<EventDraft, { type: "run.completed" }>>().not.toHaveProperty("runId");
    expectTypeOf<Extract<EventDraft, { type: "run.completed" }>>().toHaveProperty("usage");
    // @ts-expect-error a draft has all members of its type
    const incomplete: EventDraft = { type: "run.failed", usage };
    // @ts-expect-error a draft has no member that its type does not have
    const misspelt: EventDraft = { type: "run.completed", usage, useage: usage };
    // @ts-expect-error there is no such type
    const unknown: EventDraft = { type: "node.paused" };
    expect(parses({ ...run, ...draft })).toBe(true);
    expect(parses({ ...run, ...incomplete })).toBe(false);
    expect(parses({ ...run, ...misspelt })).toBe(true);
    expect(isKnownEvent({ ...run, ...(unknown as { type: string }) } as UnknownEvent)).toBe(false);
  });
});

function parses(event: unknown): boolean {
  try {
    parseEvent(event);
    return true;
  } catch {
    return false;
  }
}
