import { addUsage, type EventDraft, type InputId, NO_USAGE, type NodePath, type RecordedEvent, type Usage } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldSpending } from "./spending-history.ts";

const at = (path: string) => path as NodePath;
const tokens = (inputTokens: number, costUsd: number | null = 0): Usage => ({ ...NO_USAGE, inputTokens, costUsd });

/** Facts, each so many milliseconds after the one before. */
function spentAfter(facts: readonly (readonly [afterMs: number, fact: object])[]) {
  const spending = foldSpending();
  let time = Date.parse("2026-11-26T10:00:00.000Z");
  for (const [afterMs, fact] of facts) {
    time += afterMs;
    spending.add({ runId: "r", time: new Date(time).toISOString(), ...(fact as EventDraft) } as RecordedEvent);
  }
  return spending;
}

const started = (path: string, attempt = 1) => ({ type: "node.started", path, attempt, nodeType: "x" });
const completed = (path: string, usage?: Usage, more: object = {}) => ({ type: "node.completed", path, attempt: 1, usage, ...more });
const stepped = (path: string, usage: Usage) => ({ type: "step.completed", path, attempt: 1, name: "s", usage });
const asked = (path: string) => ({ type: "input.requested", path, attempt: 1, request: { id: `${path}:q` as InputId } });
const answered = (path: string) => ({ type: "input.answered", path, request: `${path}:q` as InputId });
const resumed = { type: "run.resumed", from: "interrupted" };

describe("what was used", () => {
  it("is that of all attempts, for each component that they are in", () => {
    const spending = spentAfter([
      [0, started("a.b.x")],
      [0, { ...completed("a.b.x", tokens(1)), type: "node.failed" }],
      [0, { ...completed("a.b.x", tokens(2)), attempt: 2 }],
      [0, { ...completed("a.c", tokens(4)), type: "node.cancelled" }],
      [0, { ...completed("a.d", tokens(8)), type: "node.parked" }],
      [0, completed("a.e")],
    ]);
    expect(spending.run.usage.inputTokens).toBe(15);
    expect(["a", "a.b", "a.b.x", "a.c", "a.e", "a.bc"].map((path) => spending.at(at(path)).usage.inputTokens)).toEqual([15, 3, 3, 4, 0, 0]);
  });

  it("has no part in what is reused", () => {
    expect(spentAfter([[0, completed("a.x", tokens(1), { origin: { runId: "b", seq: 1, attempt: 1 } })]]).run.usage.inputTokens).toBe(0);
  });

  it("of an attempt that nobody saw end is what its steps used, and of others all that they say", () => {
    const steps = [
      [0, started("a.x")],
      [0, stepped("a.x", tokens(3))],
      [0, stepped("a.x", tokens(4))],
    ] as const;
    expect(spentAfter(steps).run.usage.inputTokens).toBe(7);
    expect(spentAfter([...steps, [0, completed("a.x", tokens(10))]]).run.usage.inputTokens).toBe(10);
    const killed = spentAfter([...steps, [0, resumed], [0, started("a.x", 2)], [0, { ...completed("a.x", tokens(100)), attempt: 2 }]]);
    expect([killed.run.usage.inputTokens, killed.at(at("a.x")).usage.inputTokens]).toEqual([107, 107]);
    const left = spentAfter([...steps, [0, started("a.x", 2)], [0, { ...completed("a.x", tokens(100)), attempt: 2 }]]);
    expect(left.run.usage.inputTokens).toBe(107);
    const twice = spentAfter([...steps, [0, started("a.x", 2)], [0, stepped("a.x", tokens(50))]]);
    expect([twice.run.usage.inputTokens, twice.at(at("a")).usage.inputTokens]).toEqual([57, 57]);
  });

  it("is the sum of what was said, whichever attempts were cut off", () => {
    const attempt = fc.record({
      path: fc.constantFrom("a.x", "a.b.y", "a.b.iter_0.z", "a.b.iter_1.z"),
      steps: fc.array(fc.nat(9), { maxLength: 3 }),
      more: fc.nat(9),
      ends: fc.constantFrom("node.completed", "node.failed", "node.cancelled", "node.parked", undefined),
    });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 20 }), (attempts) => {
        const expected = attempts.map(({ steps, more, ends }) => steps.reduce((sum, step) => sum + step, ends ? more : 0));
        const facts = attempts.flatMap(({ path, steps, ends }, index) => [
          [0, started(path, index + 1)] as const,
          ...steps.map((step) => [0, stepped(path, tokens(step))] as const),
          ...(ends ? [[0, { ...completed(path, tokens(expected[index] ?? 0)), type: ends }] as const] : [[0, resumed] as const]),
        ]);
        const spending = spentAfter(facts);
        const sumAt = (within: string) =>
          attempts.reduce((sum, { path }, index) => sum + (`${path}.`.startsWith(`${within}.`) ? (expected[index] ?? 0) : 0), 0);
        expect(spending.run.usage.inputTokens).toBe(sumAt("a"));
        for (const path of ["a", "a.b", "a.b.iter_0", "a.x"]) expect(spending.at(at(path)).usage.inputTokens).toBe(sumAt(path));
      }),
    );
  });

  it("is not known where a part of it is not", () => {
    const spending = spentAfter([
      [0, completed("a.x", tokens(1, 0.5))],
      [0, completed("a.y", tokens(1, null))],
    ]);
    expect([spending.run.usage.costUsd, spending.at(at("a.x")).usage.costUsd]).toEqual([null, addUsage(NO_USAGE, tokens(1, 0.5)).costUsd]);
  });
});

describe("the time that was worked", () => {
  it("passes once for attempts side by side, and also between them", () => {
    const spending = spentAfter([
      [0, { type: "run.started" }],
      [10, started("a.b.x")],
      [10, started("a.b.y")],
      [10, completed("a.b.x")],
      [10, completed("a.b.y")],
      [10, started("a.z")],
      [10, completed("a.z")],
    ]);
    expect(spending.run.timeMs).toBe(60);
    expect(["a", "a.b", "a.b.x", "a.b.y", "a.z"].map((path) => spending.at(at(path)).timeMs)).toEqual([40, 30, 20, 20, 10]);
  });

  it("does not pass while all that goes on waits for an answer", () => {
    const spending = spentAfter([
      [0, { type: "run.started" }],
      [1, started("a.x")],
      [1, started("a.y")],
      [1, asked("a.x")],
      [10, completed("a.y")],
      [1_000, { type: "custom.emitted" }],
      [1_000, answered("a.x")],
      [100, completed("a.x")],
    ]);
    expect(spending.run.timeMs).toBe(113);
    expect([spending.at(at("a.x")).timeMs, spending.at(at("a")).timeMs]).toEqual([102, 112]);
  });

  it("does not pass while a component is asked for, nor while the run is parked or left", () => {
    const spending = spentAfter([
      [0, { type: "run.started" }],
      [1, asked("a.b")],
      [1_000, answered("a.b")],
      [1, started("a.x")],
      [1, asked("a.x")],
      [1_000, { ...completed("a.x"), type: "node.parked" }],
      [0, { type: "run.parked" }],
      [5_000, { ...resumed, from: "waiting" }],
      [0, answered("a.x")],
      [7, started("a.x", 2)],
      [10, stepped("a.x", NO_USAGE)],
      [9_000, resumed],
      [20, started("a.x", 3)],
      [20, completed("a.x")],
    ]);
    expect(spending.run.timeMs).toBe(1 + 1 + 1 + 7 + 10 + 20 + 20);
    expect(spending.at(at("a.x")).timeMs).toBe(1 + 10 + 20);
  });

  it("is never less than before, also where a clock was set back", () => {
    expect(
      spentAfter([
        [0, { type: "run.started" }],
        [100, started("a.x")],
        [-50, { type: "custom.emitted" }],
        [70, completed("a.x")],
      ]).run.timeMs,
    ).toBe(120);
  });
});
