import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallLimits } from "../profile-definition.ts";
import { type FakeClock, fakeClock } from "../testing/fake-clock.ts";
import { busy } from "../testing/priced-model.ts";
import { limiter } from "./limiter.ts";
import type { Permit } from "./waiting-line.ts";

/** A limiter, and when each of its calls had its turn. */
function limited(limits: CallLimits) {
  const clock = fakeClock();
  const one = limiter(limits, { clock });
  const turns: [string, number][] = [];
  const permits = new Map<string, Permit>();
  const ask = (name: string, { tokens = 0, ...options }: { tokens?: number; signal?: AbortSignal; maxPauseMs?: number } = {}) => {
    const turn = one.turn(tokens, options).then((permit) => {
      turns.push([name, clock.now()]);
      permits.set(name, permit);
    });
    // Whoever is interested in a failure awaits it.
    turn.catch(() => {});
    return turn;
  };
  return {
    clock,
    one,
    turns,
    ask,
    end: (name: string, tokens = 0) => permits.get(name)?.end(tokens),
    cancel: (name: string) => permits.get(name)?.cancel(),
  };
}

describe("limiter", () => {
  it("lets all pass without a limit", async () => {
    const { clock, turns, ask } = limited({});
    for (const name of ["a", "b", "c"]) void ask(name, { tokens: 1e9 });
    await clock.advance(0);
    expect(turns).toEqual([
      ["a", 0],
      ["b", 0],
      ["c", 0],
    ]);
  });

  it("lets as many go on at once as it says, first come, first served", async () => {
    const { clock, turns, ask, end } = limited({ concurrency: 2 });
    for (const name of ["a", "b", "c", "d"]) void ask(name);
    await clock.advance(10);
    expect(turns.map(([name]) => name)).toEqual(["a", "b"]);
    end("b");
    end("b");
    await clock.advance(0);
    expect(turns.slice(2)).toEqual([["c", 10]]);
  });

  it("lets requests come back evenly over a minute", async () => {
    const { clock, turns, ask, end } = limited({ requestsPerMinute: 3 });
    for (const name of ["a", "b", "c", "d", "e"]) void ask(name);
    await clock.advance(0);
    end("a");
    await clock.advance(60_000);
    expect(turns.map(([, at]) => at)).toEqual([0, 0, 0, 20_000, 40_000]);
  });

  it("lets tokens come back, and at once those that were not used", async () => {
    const { clock, turns, ask, end } = limited({ tokensPerMinute: 600 });
    void ask("a", { tokens: 600 });
    void ask("b", { tokens: 100 });
    void ask("c", { tokens: 400 });
    await clock.advance(10_000);
    expect(turns).toEqual([
      ["a", 0],
      ["b", 10_000],
    ]);
    end("a", 200);
    await clock.advance(0);
    expect(turns.slice(2)).toEqual([["c", 10_000]]);
  });

  it("counts also what a call used more than it was to", async () => {
    const { clock, turns, ask, end } = limited({ tokensPerMinute: 600 });
    void ask("a", { tokens: 100 });
    await clock.advance(0);
    end("a", 1_000);
    void ask("b", { tokens: 100 });
    await clock.advance(60_000);
    expect(turns.slice(1)).toEqual([["b", 50_000]]);
  });

  it("gives nothing back for which there was no room any more", async () => {
    const { clock, turns, ask, end } = limited({ tokensPerMinute: 600 });
    void ask("a", { tokens: 600 });
    await clock.advance(60_000);
    void ask("b", { tokens: 600 });
    await clock.advance(0);
    end("a", 0);
    void ask("c", { tokens: 600 });
    await clock.advance(59_999);
    expect(turns.map(([name]) => name)).toEqual(["a", "b"]);
  });

  it("lets nobody overtake a large request, and lets one pass that is larger than its limit", async () => {
    const { clock, turns, ask } = limited({ tokensPerMinute: 600 });
    void ask("a", { tokens: 300 });
    void ask("huge", { tokens: 900 });
    void ask("small", { tokens: 1 });
    await clock.advance(120_000);
    expect(turns).toEqual([
      ["a", 0],
      ["huge", 30_000],
      ["small", 60_100],
    ]);
  });

  it("gives all back for a call that was not made", async () => {
    const { clock, turns, ask, cancel } = limited({ concurrency: 1, requestsPerMinute: 1, tokensPerMinute: 10 });
    void ask("a", { tokens: 10 });
    void ask("b", { tokens: 10 });
    await clock.advance(0);
    cancel("a");
    await clock.advance(0);
    expect(turns).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("stops all while the provider says so, the longest time that it said", async () => {
    const { clock, one, turns, ask } = limited({ requestsPerMinute: 1_000 });
    one.pause(5_000, busy());
    one.pause(1_000, busy());
    void ask("a");
    await clock.advance(10_000);
    expect(turns).toEqual([["a", 5_000]]);
  });

  it("lets those go who do not wait for so long, with what the provider said", async () => {
    const { clock, one, turns, ask } = limited({ concurrency: 1 });
    void ask("a");
    const [impatient, patient] = [ask("b", { maxPauseMs: 1_000 }), ask("c", { maxPauseMs: 9_000 })];
    const why = busy("come back later");
    one.pause(9_000, why);
    const error = { code: "MODEL_RATE_LIMITED", retryable: true, message: "come back later", cause: why };
    await expect(impatient).rejects.toMatchObject({ ...error, details: { retryAfterMs: 9_000 } });
    await clock.advance(3_000);
    await expect(ask("d", { maxPauseMs: 1_000 })).rejects.toMatchObject({ ...error, details: { retryAfterMs: 6_000 } });
    await expect(Promise.race([patient, Promise.resolve("waits")])).resolves.toBe("waits");
    expect(turns).toHaveLength(1);
  });

  it("rejects who stops waiting with the reason, and serves the next", async () => {
    const { clock, turns, ask } = limited({ tokensPerMinute: 600 });
    void ask("a", { tokens: 600 });
    const controller = new AbortController();
    const large = ask("b", { tokens: 600, signal: controller.signal });
    void ask("c", { tokens: 10 });
    await clock.advance(1_000);
    controller.abort("enough");
    await expect(large).rejects.toBe("enough");
    await clock.advance(0);
    expect(turns).toEqual([
      ["a", 0],
      ["c", 1_000],
    ]);
    await expect(ask("d", { signal: controller.signal })).rejects.toBe("enough");
    expect(clock.pending()).toBe(0);
  });

  it("takes the turn back of who stopped waiting at that very moment", async () => {
    const { clock, turns, ask, end } = limited({ concurrency: 1 });
    void ask("a");
    const controller = new AbortController();
    const late = ask("b", { signal: controller.signal });
    void ask("c");
    await clock.advance(0);
    end("a");
    controller.abort("enough");
    await expect(late).rejects.toBe("enough");
    await clock.advance(0);
    expect(turns.map(([name]) => name)).toEqual(["a", "c"]);
  });

  it.each([0, -1, Number.NaN])("refuses a limit of %s", (limit) => {
    expect(() => limiter({ concurrency: limit })).toThrow(new TypeError(`The limit concurrency is ${limit}: give a number above 0.`));
  });
});

interface Call {
  readonly afterMs: number;
  readonly tokens: number;
  /** Of `tokens`. */
  readonly used: number;
  readonly lastsMs: number;
  readonly ends: "well" | "not made";
  /** From when it is asked for; it may be too late. */
  readonly abortedAfterMs: number | undefined;
}

const calls = fc.array(
  fc.record<Call>({
    afterMs: fc.nat(20_000),
    tokens: fc.integer({ min: 1, max: 700 }),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    lastsMs: fc.nat(90_000),
    ends: fc.constantFrom("well", "well", "not made"),
    abortedAfterMs: fc.option(fc.nat(60_000), { nil: undefined, freq: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

const limits = fc.record({
  concurrency: fc.integer({ min: 1, max: 8 }),
  requestsPerMinute: fc.integer({ min: 1, max: 30 }),
  tokensPerMinute: fc.integer({ min: 100, max: 2_000 }),
});

interface Made {
  readonly index: number;
  readonly at: number;
  endedAt: number;
  readonly made: boolean;
  readonly tokens: number;
}

/** Plays calls through a limiter until all are over. */
async function played(
  given: readonly Call[],
  by: CallLimits,
): Promise<{ made: Made[]; aborted: number[]; clock: FakeClock; rest: () => Promise<Permit> }> {
  const clock = fakeClock();
  const one = limiter(by, { clock });
  const made: Made[] = [];
  const aborted: number[] = [];
  let askAt = 0;
  for (const [index, call] of given.entries()) {
    askAt += call.afterMs;
    const controller = new AbortController();
    clock.after(askAt, () => {
      const { abortedAfterMs } = call;
      if (abortedAfterMs !== undefined) clock.after(abortedAfterMs, () => controller.abort("enough"));
      one.turn(call.tokens, { signal: controller.signal }).then(
        (permit) => {
          const used = Math.round(call.used * call.tokens);
          const entry = { index, at: clock.now(), endedAt: Number.NaN, made: call.ends === "well", tokens: used };
          made.push(entry);
          clock.after(call.lastsMs, () => {
            entry.endedAt = clock.now();
            if (entry.made) permit.end(used);
            else permit.cancel();
          });
        },
        () => aborted.push(index),
      );
    });
  }
  await clock.advance(100_000_000);
  return { made, aborted, clock, rest: () => one.turn(1) };
}

describe("limiter, with any calls", () => {
  it("never lets more pass in any time than its limits, loses none, and keeps their order", async () => {
    await fc.assert(
      fc.asyncProperty(calls, limits, async (given, by) => {
        const { made, aborted, clock, rest } = await played(given, by);
        expect([...made.map(({ index }) => index), ...aborted].sort((a, b) => a - b)).toEqual(given.map((_, index) => index));
        expect(made.map(({ index }) => index)).toEqual(made.map(({ index }) => index).sort((a, b) => a - b));
        for (const first of made) {
          const running = made.filter(({ at, endedAt }) => at <= first.at && endedAt > first.at);
          expect(running.length).toBeLessThanOrEqual(by.concurrency);
        }
        expectWithin(
          made.filter((call) => call.made),
          by,
          Math.max(0, ...given.map(({ tokens }) => tokens - by.tokensPerMinute)),
        );
        // No turn is kept by anybody.
        await clock.advance(0);
        (await rest()).cancel();
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

/** What passed between any two turns: all that there may be at once, and what came back meanwhile. */
function expectWithin(made: readonly Made[], { requestsPerMinute = 0, tokensPerMinute = 0 }: CallLimits, oversize: number): void {
  for (const [from, first] of made.entries()) {
    let tokens = 0;
    for (const [offset, last] of made.slice(from).entries()) {
      const minutes = (last.at - first.at) / 60_000;
      tokens += last.tokens;
      expect(offset + 1).toBeLessThanOrEqual(requestsPerMinute * (1 + minutes) + 0.01);
      expect(tokens).toBeLessThanOrEqual(tokensPerMinute * (1 + minutes) + oversize + 0.01);
    }
  }
}
