import { agent, defineNode, flow } from "@dad/agent";
import { inlineEngine } from "@dad/engine/inline";
import { fakeClock } from "@dad/engine/fake-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { attemptsOf, completedForGood, ENDS, endOf } from "./testing-crash.ts";
import { anyPlan, definitionOf, planWorld } from "./testing-plans.ts";
import { stage } from "./testing-run.ts";

const REASON = new Error("enough");

describe("a run that is cancelled at any moment", () => {
  it("settles with nothing going on, is recorded as it ended, and gives the same when it goes on", async () => {
    const ended = { completed: 0, failed: 0, cancelled: 0 };
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), fc.func(fc.nat(4)), fc.nat(40), async (plan, ticks, moment) => {
        const whole = await endOf(stage().run(definitionOf(plan, planWorld())));
        const world = planWorld({ ticks: ticks as () => number });
        const cancel = new AbortController();
        const on = stage();
        const running = endOf(on.run(definitionOf(plan, world), { signal: cancel.signal }));
        for (let turn = 0; turn < moment; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        cancel.abort(REASON);
        const end = await running;
        expect(world.going).toBe(0);
        const record = await on.events();
        expect(attemptsOf(record, ...ENDS).sort()).toEqual(attemptsOf(record, "node.started").sort());
        const { status } = await on.details();
        ended[status as keyof typeof ended] += 1;
        const again = planWorld();
        // What had come to its end before it could be cancelled is over.
        expect(status === "cancelled" ? await endOf(on.resume(definitionOf(plan, again))) : end).toEqual(whole);
        const done = completedForGood(record);
        expect(again.executed.filter((name) => done.has(name.split(" ")[0] ?? ""))).toEqual([]);
      }),
      { numRuns: 100 },
    );
    // Else nothing was shown of it.
    expect(ended.cancelled).toBeGreaterThan(10);
  });
});

describe("cancelling", () => {
  it("has reached the signal of every node, however deep and whatever it waits for, when the call returns", async () => {
    const signals = new Map<string, AbortSignal>();
    const all = Promise.withResolvers<void>();
    const waits = defineNode({
      type: "waits",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.object({}),
      async execute({ path, signal }) {
        signals.set(path, signal);
        if (signals.size === 40) all.resolve();
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    });
    const leaf = flow("leaf").node("wait", waits({}));
    const items = Array.from({ length: 18 }, (_, at) => at);
    const deep = flow("deep").try("t", { body: flow("body").map("each", { items, concurrency: 18, body: leaf }), finally: leaf });
    const definition = agent("main").parallel("both", {
      left: deep,
      right: flow("right").component("nested", deep),
      other: flow("other")
        .forEach("loop", { items: [1, 2], body: leaf })
        .node("never", waits({})),
      one: flow("one").while("again", { condition: true, max: 3, body: leaf }),
      two: leaf,
      three: flow("three").conditional("if", { condition: true, isTrue: leaf }),
    });
    const on = stage();
    const cancel = new AbortController();
    const running = on.run(definition, { signal: cancel.signal });
    await all.promise;
    cancel.abort(REASON);
    expect([...signals.values()].filter((signal) => signal.reason !== REASON)).toEqual([]);
    await expect(running).rejects.toBe(REASON);
    expect(signals.size).toBe(40);
    expect(await on.details()).toMatchObject({ status: "cancelled" });
  });

  it("leaves no timer of what waited, was limited in time, or was to rest", async () => {
    const clock = fakeClock();
    const on = stage({ engine: inlineEngine({ clock }) });
    const cancel = new AbortController();
    const retry = { attempts: 9, delayMs: 60_000, on: "any" as const };
    on.on("fails", () => Promise.reject(new Error("no")));
    on.on("limited", ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))));
    const definition = flow("main").parallel("all", {
      sleeps: flow("a").node("sleeps", on.step({}), { sleepBeforeMs: 60_000 }),
      rests: flow("b").node("rests", on.step({}), { sleepAfterMs: 60_000 }),
      limited: flow("c").node("limited", on.step({}), { timeoutMs: 60_000 }),
      fails: flow("d").node("fails", on.step({}), { retry }),
    });
    const running = on.run(definition, { signal: cancel.signal });
    while (clock.pending() < 4) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(REASON);
    await expect(running).rejects.toBe(REASON);
    expect(clock.pending()).toBe(0);
  });
});
