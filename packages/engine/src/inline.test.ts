import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { EngineContext, NodeCall, NodeExecutor, NodeOutcome } from "./engine.ts";
import { fakeClock } from "./fake-clock.ts";
import { type InlineEngineOptions, inlineEngine } from "./inline.ts";
import { engineContract } from "./testing.ts";
import { allOf, call, completed, deaf, echo, manual, told, untilAborted } from "./testing/calls.ts";

engineContract("inlineEngine", { create: inlineEngine });

/** Drives on a clock of its own, and writes down at which time something happens. */
function timed(execute: NodeExecutor, options?: InlineEngineOptions) {
  const clock = fakeClock();
  const controller = new AbortController();
  const log: string[] = [];
  const at = (what: string) => log.push(`${clock.now()} ${what}`);
  const drive = (interpret: (context: EngineContext) => Promise<unknown>) =>
    inlineEngine({ ...options, clock }).drive(
      async (context) => {
        const next = async () => {
          const settled = await context.next();
          at(`${settled.handle.path} ${settled.outcome.status}`);
          return settled;
        };
        await interpret({ ...context, next });
      },
      {
        signal: controller.signal,
        execute: (given, rest) => {
          at(`${given.path} runs`);
          return execute(given, rest);
        },
      },
    );
  return { clock, controller, log, drive };
}

describe("the time of inlineEngine", () => {
  it("is waited for as the call says, to the millisecond", async () => {
    const { clock, log, drive } = timed((given, options) => (given.path === "slow" ? untilAborted(given, options) : echo(given, options)));
    const driven = drive(
      allOf(call("quick", { delayMs: 10, timeoutMs: 100, restMs: 1_000 }), call("slow", { delayMs: 20, timeoutMs: 100, restMs: 1_000 })),
    );
    for (const ms of [9, 1, 9, 1, 99, 1, 889]) await clock.advance(ms);
    expect(log).toEqual(["10 quick runs", "20 slow runs", "120 slow failed"]);
    await clock.advance(1);
    await driven;
    expect(log.slice(3)).toEqual(["1010 quick completed"]);
  });

  it.each<[string, Partial<NodeCall>]>([
    ["a delay", { delayMs: 50 }],
    ["a timeout", { timeoutMs: 50 }],
    ["a rest", { restMs: 50 }],
  ])("of %s goes with the attempt", async (_of, timing) => {
    const { clock, log, drive } = timed((given, options) => (given.timeoutMs === undefined ? echo(given, options) : untilAborted(given, options)));
    const driven = drive(async (context) => {
      const handle = context.start(call("agent", timing));
      await clock.advance(1);
      expect(clock.pending()).toBe(1);
      context.cancel(handle, "stop");
      await told(context, 1);
    });
    await driven;
    expect([clock.pending(), log.at(-1)?.split(" ")[0]]).toEqual([0, "1"]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("is over with a cancellation that comes %d turns of promises after the executor ended", async (turns) => {
    const { execute, end } = manual();
    const { clock, drive } = timed(execute);
    const outcomes: unknown[] = [];
    await drive(async (context) => {
      const handle = context.start(call("agent", { timeoutMs: 50, restMs: 50 }));
      await clock.advance(1);
      end("agent");
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      context.cancel(handle, "stop");
      outcomes.push(await told(context, 1));
    });
    expect([outcomes, clock.pending()]).toEqual([[{ agent: completed("agent") }], 0]);
  });

  it("is not asked for where the call does not", async () => {
    const { clock, drive } = timed(async () => completed(clock.pending()));
    const outcomes: unknown[] = [];
    await drive(async (context) => outcomes.push(await allOf(call("agent"))(context)));
    expect(outcomes).toEqual([{ agent: completed(0) }]);
  });
});

describe("the grace of inlineEngine", () => {
  it("is five seconds by default, and begins with the abort of each attempt", async () => {
    const { clock, controller, log, drive } = timed(deaf);
    const driven = drive(async (context) => {
      const handle = context.start(call("cancelled"));
      context.start(call("timed", { timeoutMs: 100 }));
      context.start(call("aborted"));
      await clock.advance(10);
      context.cancel(handle, "stop");
      await told(context, 3);
    });
    await clock.advance(1_000);
    controller.abort();
    for (const ms of [4_009, 1, 89, 1, 899, 1]) await clock.advance(ms);
    await driven;
    expect(log.slice(3)).toEqual(["5010 cancelled cancelled", "5100 timed failed", "6000 aborted cancelled"]);
  });

  it("takes no timer with it when the attempts react", async () => {
    const { clock, controller, log, drive } = timed(untilAborted, { graceMs: 60_000 });
    const driven = drive(allOf(call("agent")));
    await clock.advance(1);
    controller.abort();
    expect(clock.pending()).toBe(1);
    await driven;
    expect([clock.pending(), log.at(-1)]).toEqual([0, "1 agent cancelled"]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("cannot be %d", (graceMs) => {
    expect(() => inlineEngine({ graceMs })).toThrow(new TypeError(`graceMs is ${graceMs}: give milliseconds, a finite number from 0.`));
  });
});

describe("a drive of inlineEngine", () => {
  it("listens to its signal once for all attempts, and no longer than it takes", async () => {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, "abort").length;
    const outcomes: NodeOutcome[] = [];
    await inlineEngine().drive(
      async (context) => {
        const calls = Array.from({ length: 20 }, (_, index) => call(`agent.n${index}`));
        outcomes.push(...Object.values(await allOf(...calls)(context)));
      },
      { signal, execute: async () => completed(listeners()) },
    );
    expect(outcomes).toEqual(Array.from({ length: 20 }, () => completed(1)));
    expect(listeners()).toBe(0);
  });
});
