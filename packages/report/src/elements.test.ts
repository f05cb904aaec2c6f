import { describe, expect, it } from "vitest";
import { collected, completed, component, failed, type MadeRun, started, timeOf } from "./testing-runs.ts";

const elements = async (events: MadeRun["events"], live = false) => (await collected({ one: { events, live } })).run.elements;
const traceparent = (span: string) => `00-${"a".repeat(32)}-${span.repeat(16)}-01`;

describe("the elements of a report", () => {
  it("stand in the order in which they began, with the times of the journal", async () => {
    const found = await elements([
      component("main", "agent"),
      component("main.each", "map"),
      { ...started("main.each.say"), traceparent: traceparent("b"), effect: "pure" },
      completed("main.each.say", { usage: { calls: 1, inputTokens: 3, outputTokens: 1, costUsd: 0.5 } }),
      { type: "component.completed", path: "main.each", durationMs: 250.5 },
      { type: "component.skipped", path: "main.other" },
      { type: "component.completed", path: "main", durationMs: 450 },
    ]);
    const usage = { calls: 1, inputTokens: 3, outputTokens: 1, costUsd: 0.5 };
    expect(found).toMatchObject([
      { path: "main", kind: "agent", status: "completed", start: timeOf(2), end: timeOf(8), durationMs: 450, usage },
      { path: "main.each", kind: "map", start: timeOf(3), end: timeOf(6), durationMs: 250.5, usage },
      { path: "main.each.say", kind: "node", status: "completed", start: timeOf(4), end: timeOf(5), durationMs: 10, usage },
      { path: "main.other", kind: "branch", status: "skipped", start: null, end: null, durationMs: null },
    ]);
    expect(found[2]?.attempts).toMatchObject([{ attempt: 1, nodeType: "test", effect: "pure", spanId: "b".repeat(16), decision: "executed" }]);
    expect(found[3]).not.toHaveProperty("usage");
  });

  it("have each attempt of a node, and say of its failure what was made of it", async () => {
    const cause = { code: "ENOENT", message: "gone", retryable: false };
    const error = { code: "NODE_FAILED", message: "no luck", retryable: true, cause };
    const [, , node] = await elements([
      component("main"),
      component("main.careful", "try"),
      started("main.careful.try.a"),
      failed("main.careful.try.a", { error }),
      { type: "attempt.retried", path: "main.careful.try.a", attempt: 1, delayMs: 5 },
      started("main.careful.try.a", 2),
      failed("main.careful.try.a", { attempt: 2, durationMs: 30 }),
      { type: "failure.handled", path: "main.careful", by: "catch", error },
    ]);
    expect(node).toMatchObject({ status: "failed", handled: "catch", start: timeOf(4), end: timeOf(8), error: { message: "no luck" } });
    expect(node?.attempts).toMatchObject([
      { attempt: 1, status: "failed", error: { cause }, start: timeOf(4), end: timeOf(5) },
      { attempt: 2, status: "failed", durationMs: 30, start: timeOf(7) },
    ]);
  });

  it("count what waited for an answer and was begun again once, with its wait", async () => {
    const request = { id: "main.ask:yes", path: "main.ask", key: "yes", prompt: "Yes?", schema: {}, question: `sha256:${"2".repeat(64)}` };
    const kept = (name: string) => ({ name, path: `main/${name}`, mediaType: "text/plain", size: 0, digest: `sha256:${"3".repeat(64)}` });
    const asked = [
      component("main"),
      { ...started("main.ask"), traceparent: traceparent("b") },
      { type: "step.completed" as const, path: "main.ask", attempt: 1, name: "draft", given: request.question, durationMs: 1, result: kept("s") },
      { type: "input.requested" as const, path: "main.ask", attempt: 1, request },
      { type: "node.parked" as const, path: "main.ask", attempt: 1, durationMs: 20, artifacts: [kept("a"), kept("b")], requests: [request.id] },
      { type: "component.parked" as const, path: "main", durationMs: 40 },
      { type: "run.parked" as const, usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 }, requests: [request.id] },
    ];
    const [main, waiting] = await elements(asked);
    expect([main?.status, main?.end, waiting?.status, waiting?.end]).toEqual(["waiting", null, "waiting", null]);
    expect(waiting?.attempts).toMatchObject([{ status: "waiting", waits: [{ request: "main.ask:yes", start: timeOf(5), end: null }] }]);
    const [whole, node] = await elements([
      ...asked,
      { type: "run.resumed", from: "waiting" },
      {
        type: "input.answered",
        path: "main.ask",
        request: request.id,
        question: request.question,
        value: true,
        by: { channel: "cli", at: "2026-11-22T00:00:00.000Z" },
      },
      { ...started("main.ask", 2), traceparent: traceparent("c") },
      completed("main.ask", { attempt: 2, durationMs: 5, artifacts: [kept("b"), kept("c")] }),
      { type: "component.completed", path: "main", durationMs: 60 },
    ]);
    expect(whole).toMatchObject({ status: "completed", start: timeOf(2), end: timeOf(13), durationMs: 100 });
    expect(node?.attempts).toMatchObject([
      { attempt: 1, status: "completed", start: timeOf(3), end: timeOf(12), durationMs: 25, spanId: "c".repeat(16), steps: [{ name: "draft" }] },
    ]);
    expect(node?.attempts?.[0]).toMatchObject({
      waits: [{ end: timeOf(10), answer: "answered" }],
      artifacts: [{ name: "a" }, { name: "b" }, { name: "c" }],
    });
  });

  it("wait where it is a component that asks", async () => {
    const request = { id: "main:who", path: "main", key: "who", prompt: "Who?", schema: {}, question: `sha256:${"2".repeat(64)}` };
    const [main] = await elements([
      component("main"),
      { type: "input.requested", path: "main", attempt: 1, request },
      { type: "input.expired", path: "main", request: request.id, onTimeout: "wait" },
      { type: "input.cancelled", path: "main", request: request.id },
    ]);
    expect(main?.waits).toEqual([{ request: "main:who", start: timeOf(3), end: timeOf(5), answer: "cancelled" }]);
  });

  it("of a run that goes on go on, and of one that was killed are interrupted and have no end", async () => {
    const events = [component("main"), started("main.a")];
    const statuses = (found: Awaited<ReturnType<typeof elements>>) => found.map(({ status, end, attempts }) => [status, end, attempts?.[0]?.status]);
    expect(statuses(await elements(events, true))).toEqual([
      ["running", null, undefined],
      ["running", null, "running"],
    ]);
    expect(statuses(await elements(events))).toEqual([
      ["interrupted", null, undefined],
      ["interrupted", null, "interrupted"],
    ]);
    const resumed = await elements([
      ...events,
      { type: "run.resumed", from: "interrupted" },
      started("main.a", 2),
      completed("main.a", { attempt: 2 }),
    ]);
    expect(resumed[1]?.attempts).toMatchObject([
      { status: "interrupted", end: null },
      { status: "completed", start: timeOf(5) },
    ]);
  });

  it("ended when they first did, where a resumed run only walks through them once more", async () => {
    const first = [
      component("main"),
      component("main.t"),
      started("main.t.a"),
      failed("main.t.a"),
      { type: "component.failed" as const, path: "main.t", durationMs: 7, error: { code: "X", message: "x", retryable: false } },
    ];
    const again = [...first, { type: "run.resumed" as const, from: "failed" }, component("main.t")];
    const walked = await elements([
      ...again,
      { type: "component.failed", path: "main.t", durationMs: 1, error: { code: "X", message: "x", retryable: false } },
    ]);
    expect(walked[1]).toMatchObject({ status: "failed", end: timeOf(6), durationMs: 7 });
    const executed = await elements([
      ...again,
      started("main.t.a", 2),
      completed("main.t.a", { attempt: 2 }),
      { type: "component.completed", path: "main.t", durationMs: 2 },
    ]);
    expect(executed[1]).toMatchObject({ status: "completed", start: timeOf(3), end: timeOf(11), durationMs: 9 });
    expect(executed[1]).not.toHaveProperty("error");
  });

  it("are there where they were reused, with no start of their own", async () => {
    const origin = { runId: "old", seq: 4, attempt: 1 };
    const fingerprint = { digest: `sha256:${"4".repeat(64)}`, code: { type: "callback", version: "1" } };
    const [, node] = await elements([component("main"), completed("main.a", { decision: "reused", origin, durationMs: 0, fingerprint })]);
    const reused = { decision: "reused", origin, durationMs: 0, nodeType: "callback" };
    expect(node).toMatchObject({ status: "completed", start: timeOf(3), end: timeOf(3), attempts: [reused] });
  });
});
