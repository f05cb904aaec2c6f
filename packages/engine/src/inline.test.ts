import { afterEach, describe, expect, it, vi } from "vitest";
import type { NodeExecutor, NodeOutcome } from "./engine.ts";
import { type InlineEngineOptions, inlineEngine } from "./inline.ts";
import { engineContract } from "./testing.ts";
import { call, deaf, unaborted, untilAborted } from "./testing/calls.ts";

engineContract("inlineEngine", { create: inlineEngine });

describe("the grace of inlineEngine", () => {
  afterEach(() => void vi.useRealTimers());

  /** Aborted as soon as its only attempt is executed. */
  async function aborted(execute: NodeExecutor, options?: InlineEngineOptions) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const controller = new AbortController();
    const executing = Promise.withResolvers<void>();
    const outcomes: NodeOutcome[] = [];
    const driven = inlineEngine(options).drive(async ({ start, waitAny }) => void outcomes.push((await waitAny([start(call("agent"))])).outcome), {
      signal: controller.signal,
      execute: (given, rest) => (executing.resolve(), execute(given, rest)),
    });
    await executing.promise;
    controller.abort();
    return { driven, outcomes };
  }

  it("is five seconds by default, and begins with the abort", async () => {
    const { driven, outcomes } = await aborted(deaf);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(outcomes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await driven;
    expect(outcomes).toMatchObject([{ status: "cancelled", error: { code: "ATTEMPT_ABANDONED", details: { graceMs: 5_000 } } }]);
  });

  it("leaves no timer behind when the attempts react", async () => {
    const { driven, outcomes } = await aborted(untilAborted, { graceMs: 60_000 });
    expect(vi.getTimerCount()).toBe(1);
    await driven;
    expect(outcomes).toMatchObject([{ status: "cancelled", error: { name: "AbortError" } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes no timer where nothing is aborted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const execute: NodeExecutor = async () => ({ status: "completed", value: vi.getTimerCount() });
    const counts = await inlineEngine().drive(async ({ start, waitAny }) => (await waitAny([start(call("agent"))])).outcome, {
      execute,
      signal: unaborted,
    });
    expect([counts, vi.getTimerCount()]).toEqual([{ status: "completed", value: 0 }, 0]);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("cannot be %d", (graceMs) => {
    expect(() => inlineEngine({ graceMs })).toThrow(new TypeError(`graceMs is ${graceMs}: give whole milliseconds, from 0 to 2147483647.`));
  });
});
