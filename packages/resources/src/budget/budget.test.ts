import { type BudgetLimits, NO_USAGE, type Usage } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ModelMeter, UsageEstimate } from "../model-meter.ts";
import type { PolicyClock } from "../policies/policy-clock.ts";
import { type Budget, budget, type BudgetNews } from "./budget.ts";
import { meterOf } from "./meter-of.ts";

const one = (tokens: number, usd: number | null = 0): UsageEstimate => ({ tokens, usd, model: "openai/small" });
const used = (tokens: number, costUsd: number | null = 0): Usage => ({ inputTokens: tokens, outputTokens: 0, costUsd });
const of = (limits: BudgetLimits, spent: Usage = NO_USAGE) => budget({ limits, scope: "run", spent: { usage: spent } });
const turn = () => new Promise((resolve) => void setImmediate(resolve));
const spentOf = (one: Budget) => Object.fromEntries(one.levels().map(({ unit, spent }) => [unit, spent]));

async function refusal(work: Promise<unknown>): Promise<{ code: string; details: object; message: string }> {
  return await work.then(
    () => expect.fail("it was not refused"),
    (error: { code: string; details: object; message: string }) => error,
  );
}

/** A clock that a test sets. */
function testClock(): PolicyClock & { advance(ms: number): void } {
  let now = 1_000;
  const waiting = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after(ms, callback) {
      const entry = { at: now + ms, callback };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advance(ms) {
      now += ms;
      for (const entry of [...waiting].filter(({ at }) => at <= now)) {
        waiting.delete(entry);
        entry.callback();
      }
    },
  };
}

describe("a budget", () => {
  it("sets aside what a call may use, and counts what it used", async () => {
    const whole = of({ tokens: 100, calls: 3, usd: 1 });
    const reservation = await meterOf([whole]).reserve(one(90, 0.9));
    expect(spentOf(whole)).toEqual({ tokens: 0, calls: 0, usd: 0 });
    reservation.settle({ ...used(30, 0.25), outputTokens: 10 });
    reservation.settle(used(50, 1));
    reservation.forfeit();
    expect(spentOf(whole)).toEqual({ tokens: 40, calls: 1, usd: 0.25 });
  });

  it("counts nothing of a call that was not made, and all that was set aside of one of which nobody knows", async () => {
    const whole = of({ tokens: 100, calls: 3, usd: 1 });
    (await meterOf([whole]).reserve(one(90, 0.9))).release();
    expect(spentOf(whole)).toEqual({ tokens: 0, calls: 0, usd: 0 });
    (await meterOf([whole]).reserve(one(90, 0.9))).forfeit();
    expect(spentOf(whole)).toEqual({ tokens: 90, calls: 1, usd: 0.9 });
  });

  it("counts all that was set aside of a call that says no numbers of what it used", async () => {
    const whole = of({ tokens: 100, calls: 3, usd: 1 });
    (await meterOf([whole]).reserve(one(90, 0.9))).settle(used(Number.NaN));
    expect(spentOf(whole)).toEqual({ tokens: 90, calls: 1, usd: 0.9 });
  });

  it("refuses what does not fit, whatever others give back", async () => {
    const whole = of({ tokens: 100 });
    await meterOf([whole]).reserve(one(60));
    expect(await refusal(meterOf([whole]).reserve(one(101)))).toMatchObject({
      code: "BUDGET_EXHAUSTED",
      details: { scope: "run", unit: "tokens", limit: 100, spent: 0, wanted: 101 },
      message: "the budget of the run is exhausted: 0 of 100 tokens are spent, and the next call may need 101. Give a larger one",
    });
  });

  it("lets a call wait while others may use less than was set aside, in the order in which they came", async () => {
    const meter = meterOf([of({ tokens: 100 })]);
    const first = await meter.reserve(one(90));
    const order: string[] = [];
    const large = meter.reserve(one(60)).then((given) => (order.push("large"), given));
    const small = meter.reserve(one(5)).then((given) => (order.push("small"), given));
    await turn();
    expect(order).toEqual([]);
    first.settle(used(20));
    await Promise.all([large, small]);
    expect(order).toEqual(["large", "small"]);
  });

  it("does not let a call wait any more that is aborted, and lets those behind it go on", async () => {
    const meter = meterOf([of({ tokens: 100 })]);
    await meter.reserve(one(50));
    const controller = new AbortController();
    const large = refusal(meter.reserve(one(60), { signal: controller.signal }));
    const small = meter.reserve(one(40));
    controller.abort(new DOMException("enough", "AbortError"));
    expect((await large).message).toBe("enough");
    await small;
    await expect(meter.reserve(one(1), { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("refuses those who wait as soon as they cannot fit any more", async () => {
    const meter = meterOf([of({ tokens: 100 })]);
    const first = await meter.reserve(one(90));
    const waiting = Array.from({ length: 5_000 }, () => refusal(meter.reserve(one(60))));
    first.settle(used(80));
    expect(new Set((await Promise.all(waiting)).map(({ code }) => code))).toEqual(new Set(["BUDGET_EXHAUSTED"]));
  });

  it("goes on with what was spent before, also of calls of which nobody knew", async () => {
    const forfeited = { calls: 1, tokens: 7, usd: 0.25 };
    const whole = of({ tokens: 100, usd: 1, calls: 5 }, { calls: 3, inputTokens: 20, outputTokens: 3, costUsd: 0.5, forfeited });
    expect(spentOf(whole)).toEqual({ tokens: 30, usd: 0.75, calls: 3 });
    await meterOf([whole]).reserve(one(70, 0.25));
  });

  it("is not off by fractions of a dollar", async () => {
    const whole = of({ usd: 0.3 });
    for (let call = 0; call < 3; call++) (await meterOf([whole]).reserve(one(1, 0.1))).settle(used(1, 0.1));
    expect(spentOf(whole)).toEqual({ usd: 0.3 });
    const odd = of({ usd: 0.41 });
    for (let call = 0; call < 100; call++) (await meterOf([odd]).reserve(one(1, 0.0041))).settle(used(1, 0.0041));
    expect(spentOf(odd)).toEqual({ usd: 0.41 });
    const many = of({ usd: 1 });
    for (let call = 0; call < 10_000; call++) (await meterOf([many]).reserve(one(1, 0.0001))).settle(used(1, 0.0001));
    expect(spentOf(many)).toEqual({ usd: 1 });
    expect(await refusal(meterOf([many]).reserve(one(1, 0.000_000_1)))).toMatchObject({ code: "BUDGET_EXHAUSTED" });
  });

  it("refuses a call whose price is not known under a limit in US dollars, and under no other", async () => {
    expect(await refusal(meterOf([of({ usd: 1 })]).reserve(one(1, null)))).toMatchObject({
      code: "PRICE_UNKNOWN",
      details: { model: "openai/small", scope: "run" },
    });
    (await meterOf([of({ tokens: 5 })]).reserve(one(1, null))).settle(used(1, null));
  });

  it("refuses all that comes after a call whose cost is not known", async () => {
    const whole = of({ usd: 1, tokens: 10 });
    (await meterOf([whole]).reserve(one(1, 0.1))).settle(used(1, null));
    const { code, message } = await refusal(meterOf([whole]).reserve(one(1, 0.1)));
    expect([code, message]).toEqual(["BUDGET_EXHAUSTED", expect.stringContaining("what some calls cost is not known")]);
    expect(await refusal(meterOf([of({ usd: 1 }, used(1, null))]).reserve(one(1, 0)))).toMatchObject({ details: { isPart: true } });
  });

  it("tells once that much of a limit is spent, and once that something was refused", async () => {
    const whole = of({ tokens: 10, calls: 100 });
    const news: BudgetNews[] = [];
    using _watch = whole.watch((one) => news.push(one));
    const meter = meterOf([whole]);
    for (const tokens of [7, 1, 1]) (await meter.reserve(one(tokens))).settle(used(tokens));
    for (let time = 0; time < 3; time++) await refusal(meter.reserve(one(2)));
    expect(news).toEqual([
      { type: "warned", level: { scope: "run", unit: "tokens", limit: 10, spent: 8 } },
      { type: "exhausted", level: { scope: "run", unit: "tokens", limit: 10, spent: 9 } },
    ]);
    const late: BudgetNews[] = [];
    using _late = whole.watch((one) => late.push(one));
    await refusal(meter.reserve(one(2)));
    expect(late.map(({ type }) => type)).toEqual(["exhausted"]);
  });
});

describe("the time of a budget", () => {
  it("passes while somebody works, of several at once only once", () => {
    const clock = testClock();
    const whole = budget({ limits: { timeMs: 100 }, scope: "run", spent: { timeMs: 10 }, clock });
    clock.advance(50);
    expect(whole.leftMs()).toBe(90);
    const works = [whole.work(), whole.work()];
    clock.advance(20);
    works[0]?.[Symbol.dispose]();
    works[0]?.[Symbol.dispose]();
    clock.advance(20);
    works[1]?.[Symbol.dispose]();
    clock.advance(1_000);
    expect([whole.leftMs(), spentOf(whole)]).toEqual([50, { timeMs: 50 }]);
    expect(whole.overtime()).toBeUndefined();
  });

  it("is told when much of it has passed and when it is up, and ends those who wait", async () => {
    const clock = testClock();
    const whole = budget({ limits: { timeMs: 100, calls: 1 }, scope: "coder.fix", clock });
    const news: string[] = [];
    using _watch = whole.watch(({ type, level }) => news.push(`${type} ${level.unit} ${level.spent}`));
    using _work = whole.work();
    const meter = meterOf([whole]);
    const reservation = await meter.reserve(one(1));
    expect(reservation.timeMs).toBe(100);
    expect(reservation.timeUp?.()).toMatchObject({ code: "BUDGET_EXHAUSTED", details: { unit: "timeMs", scope: "coder.fix", limit: 100 } });
    const waiting = refusal(meter.reserve(one(1)));
    for (let time = 0; time < 10; time++) clock.advance(10);
    expect(news).toEqual(["warned timeMs 80", "exhausted timeMs 100"]);
    expect(await waiting).toMatchObject({ details: { unit: "timeMs", scope: "coder.fix" } });
    expect((await refusal(meter.reserve(one(1)))).message).toBe(
      "the budget of coder.fix is exhausted: 100 of 100 ms are spent, and nothing more is begun. Give a larger one",
    );
  });
});

describe("several budgets at once", () => {
  it("have all set something aside, or none, and the one that refuses is named", async () => {
    const [run, node] = [of({ tokens: 100 }), budget({ limits: { tokens: 10 }, scope: "coder.ask" })];
    const first = await meterOf([run, node]).reserve(one(10));
    expect(await refusal(meterOf([run, node]).reserve(one(20)))).toMatchObject({ details: { scope: "coder.ask" } });
    const waiting = meterOf([run, node]).reserve(one(5));
    // While it waits for the node, it keeps nothing of the run.
    (await meterOf([run]).reserve(one(90))).settle(used(80));
    first.settle(used(5));
    (await waiting).settle(used(5));
    expect([spentOf(run), spentOf(node)]).toEqual([{ tokens: 90 }, { tokens: 10 }]);
  });

  it("look at few of those who wait, however many those are", async () => {
    const [run, profile] = [of({ calls: 1 }), budget({ limits: { tokens: 1_000_000 }, scope: "profile p" })];
    const asked = vi.spyOn(run.ledger, "refusal");
    const meter = meterOf([run, profile]);
    const first = await meter.reserve(one(1));
    const controller = new AbortController();
    const waiting = Array.from({ length: 300 }, () => refusal(meter.reserve(one(1), { signal: controller.signal })));
    controller.abort(new Error("enough"));
    await Promise.all(waiting);
    expect(asked.mock.calls.length).toBeLessThan(1_000);
    first.release();
    await meter.reserve(one(1));
  });

  it("keep nobody waiting for ever", async () => {
    const share = fc.record({
      tokens: fc.integer({ min: 1, max: 12 }),
      of: fc.subarray([0, 1, 2], { minLength: 1 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(share, { minLength: 1, maxLength: 40 }), fc.scheduler(), async (shares, scheduler) => {
        const all = [10, 15, 20].map((tokens) => of({ tokens }));
        const calls = shares.map(async ({ tokens, of: which, part }) => {
          await scheduler.schedule(Promise.resolve());
          const meter = meterOf(which.flatMap((index) => all[index] ?? []));
          const given = await meter.reserve(one(tokens)).catch(() => undefined);
          await scheduler.schedule(Promise.resolve());
          given?.settle(used(Math.floor(tokens * part)));
        });
        await scheduler.waitFor(Promise.all(calls));
        for (const whole of all) for (const { spent, limit } of whole.levels()) expect(spent).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe("100 calls at once against a budget of 10", () => {
  const LIMIT = 10;
  type Call = { readonly wanted: number; readonly real: number; readonly end: "settle" | "release" | "forfeit" | "abort" };
  const call: fc.Arbitrary<Call> = fc.record({
    wanted: fc.integer({ min: 1, max: 4 }),
    real: fc.integer({ min: 0, max: 6 }),
    end: fc.constantFrom("settle", "settle", "settle", "release", "forfeit", "abort"),
  });

  async function all(meter: ModelMeter, calls: readonly Call[], scheduler: fc.Scheduler) {
    const made = calls.map(async ({ wanted, real, end }) => {
      const controller = new AbortController();
      const asked = meter.reserve(one(wanted, wanted), { signal: controller.signal });
      if (end === "abort") void scheduler.schedule(Promise.resolve()).then(() => controller.abort(new Error("aborted")));
      const given = await asked.catch(() => undefined);
      await scheduler.schedule(Promise.resolve());
      if (end === "settle") given?.settle(used(real, real));
      else if (end === "release") given?.release();
      else given?.forfeit();
    });
    await scheduler.waitFor(Promise.all(made));
  }

  it.each(["tokens", "usd", "calls"] as const)("overspends nothing when they use at most what was expected, in %s", async (unit) => {
    const modest = call.map((one) => ({ ...one, real: Math.min(one.real, one.wanted) }));
    await fc.assert(
      fc.asyncProperty(fc.array(modest, { minLength: 100, maxLength: 100 }), fc.scheduler(), async (calls, scheduler) => {
        const whole = of({ [unit]: LIMIT });
        await all(meterOf([whole]), calls, scheduler);
        expect(spentOf(whole)[unit]).toBeLessThanOrEqual(LIMIT);
      }),
      { numRuns: 30 },
    );
  });

  it("overspends by what those that go on use more than was expected, and begins nothing after that", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 100, maxLength: 100 }), fc.scheduler(), async (calls, scheduler) => {
        const whole = of({ tokens: LIMIT });
        const meter = meterOf([whole]);
        const excesses: number[] = [];
        const watched: ModelMeter = {
          async reserve(estimate, options) {
            const given = await meter.reserve(estimate, options);
            // Whoever is let through finds room for all that is expected of it.
            expect((spentOf(whole)["tokens"] ?? 0) + estimate.tokens).toBeLessThanOrEqual(LIMIT);
            return { ...given, settle: (usage) => (excesses.push(Math.max(0, usage.inputTokens - estimate.tokens)), given.settle(usage)) };
          },
        };
        await all(watched, calls, scheduler);
        expect(spentOf(whole)["tokens"]).toBeLessThanOrEqual(LIMIT + excesses.reduce((sum, excess) => sum + excess, 0));
      }),
      { numRuns: 30 },
    );
  });

  it("never makes more than 10 calls, and makes all 10 when the others are refused", async () => {
    const whole = of({ calls: LIMIT });
    const meter = meterOf([whole]);
    const ends = await Promise.all(
      Array.from({ length: 100 }, async () => {
        try {
          const given = await meter.reserve(one(1));
          await turn();
          given.settle(used(1));
          return "made";
        } catch {
          return "refused";
        }
      }),
    );
    expect(ends.filter((end) => end === "made")).toHaveLength(LIMIT);
  });
});
