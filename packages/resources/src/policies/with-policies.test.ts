import { DadError, NO_USAGE, type Usage } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { BudgetExhaustedError, ModelError } from "../errors.ts";
import type { GenerateOptions, ModelResource, ModelTrouble } from "../model-resource.ts";
import { type Answer, busy, deaf, HELLO, loggingMeter, pricedModel, tooMany, USED } from "../testing/priced-model.ts";
import { fakeClock } from "../testing/fake-clock.ts";
import { modelResourceContract } from "../testing/model-resource-contract.ts";
import { lastUserText } from "../testing/model-resource-subject.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { limiter } from "./limiter.ts";
import { withMeter } from "./surrounded.ts";
import { type PoliciesOptions, withPolicies } from "./with-policies.ts";

/** A model with policies whose waits are as long as they may be. */
function surrounded(answers: readonly Answer[], options: Omit<PoliciesOptions, "clock"> = {}) {
  const clock = fakeClock();
  const inner = pricedModel(answers);
  const troubles: ModelTrouble[] = [];
  const model = withPolicies(inner, { clock, random: () => 1, ...options });
  const ask = (more: GenerateOptions = {}) => model.generate(HELLO, { onTrouble: (trouble) => troubles.push(trouble), ...more });
  /** When each call is made, until all of them are over. */
  return { clock, inner, model, troubles, ask };
}

/** What becomes of a call while so much time passes. */
async function after<Value>(call: Promise<Value>, { clock, ms }: { clock: ReturnType<typeof fakeClock>; ms: number }) {
  const outcome = call.then(
    (value) => ({ value, at: clock.now() }),
    (error: unknown) => ({ error, at: clock.now() }),
  );
  await clock.advance(ms);
  return await Promise.race([outcome, Promise.resolve("pending" as const)]);
}

/** A scripted model that costs something. */
function priced(script: Parameters<typeof scriptedModel>[0]): ModelResource {
  const { generate, ...model } = scriptedModel(script);
  return {
    ...model,
    capabilities: { ...model.capabilities, recorded: false },
    generate: async (request, options) => ({ ...(await generate(request, options)), usage: { ...USED } }),
  };
}

modelResourceContract("a model with policies", {
  replying: (exchanges) =>
    withPolicies(
      priced((asked) => {
        const found = exchanges.find(({ request }) => lastUserText(request) === lastUserText(asked));
        if (!found) return new Error("not asked");
        return found.content ? { text: found.text, content: found.content, finishReason: "tool-calls" } : found.text;
      }),
      { limiters: [limiter({ concurrency: 2 })] },
    ),
  failing: (code) => {
    const retryable = code === "MODEL_UNAVAILABLE" || code === "MODEL_RATE_LIMITED";
    return withPolicies(
      priced(() => new ModelError(code, "scripted says no", { retryable })),
      { retry: { delayMs: 0 } },
    );
  },
  silent() {
    const { promise: called, resolve } = Promise.withResolvers<void>();
    const model = pricedModel([
      () => {
        resolve();
        return deaf();
      },
      () => {
        resolve();
        return deaf();
      },
    ]);
    return { model: withPolicies(model), called };
  },
});

const usageOfCall = { calls: 1, ...USED };
const forfeited = { calls: 1, tokens: 124, usd: 124 };

describe("withPolicies", () => {
  it("leaves a model what it is, and lets it ask meters", () => {
    const { inner, model } = surrounded([]);
    expect(model).toMatchObject({
      provider: "acme",
      modelId: "m",
      capabilities: inner.capabilities,
      price: inner.price,
      maxOutputTokens: 100,
      metered: true,
    });
    expect(model.embed).toBeUndefined();
  });

  it("makes a call once that succeeds, and hands on headers and pieces", async () => {
    const { inner, ask } = surrounded([
      async ({ onPiece }) => {
        onPiece?.({ channel: "text", text: "hi" });
        return "hi";
      },
    ]);
    const pieces: string[] = [];
    const reply = await ask({ headers: { traceparent: "00-1" }, onPiece: ({ text }) => pieces.push(text) });
    expect(reply).toMatchObject({ text: "hi", usage: usageOfCall });
    expect(pieces).toEqual(["hi"]);
    expect(inner.calls).toMatchObject([{ headers: { traceparent: "00-1" } }]);
  });

  it("refuses a model that has policies, as its calls would be metered together", () => {
    const { model } = surrounded([]);
    expect(() => withPolicies(model)).toThrow(new TypeError("acme/m has policies already: give it all of them at once."));
  });

  it.each([
    [{ timeoutMs: -1 }, "timeoutMs is -1: give milliseconds, a finite number from 0."],
    [{ retry: { maxDelayMs: Number.NaN } }, "retry.maxDelayMs is NaN: give milliseconds, a finite number from 0."],
    [{ retry: { attempts: 0 } }, "retry.attempts is 0: give a whole number from 1."],
  ])("refuses %j", (options, message) => {
    expect(() => withPolicies(pricedModel([]), options)).toThrow(new TypeError(message));
  });
});

describe("withPolicies, retrying", () => {
  it("makes a call again that failed for now, each time after twice the wait", async () => {
    const { clock, troubles, ask } = surrounded([busy(), busy(), busy(), "hi"], { retry: { attempts: 4, delayMs: 100, maxDelayMs: 350 } });
    expect(await after(ask(), { clock, ms: 1_000 })).toMatchObject({ value: { text: "hi" }, at: 650 });
    expect(troubles.map((trouble) => trouble.type === "retried" && [trouble.model, trouble.delayMs, trouble.error.message])).toEqual([
      ["acme/m", 100, "busy"],
      ["acme/m", 200, "busy"],
      ["acme/m", 350, "busy"],
    ]);
  });

  it("waits any time up to that", async () => {
    const { clock, ask } = surrounded([busy(), "hi"], { random: () => 0.25 });
    expect(await after(ask(), { clock, ms: 1_000 })).toMatchObject({ at: 250 });
  });

  it("waits for as long as the provider says", async () => {
    const { clock, ask } = surrounded([tooMany(42_000), "hi"]);
    expect(await after(ask(), { clock, ms: 60_000 })).toMatchObject({ value: { text: "hi" }, at: 42_000 });
  });

  it("fails at once, saying so, when the provider says to wait for longer than is waited", async () => {
    const { clock, ask } = surrounded([tooMany(61_000)]);
    expect(await after(ask(), { clock, ms: 0 })).toMatchObject({
      error: {
        code: "MODEL_RATE_LIMITED",
        retryable: true,
        message: "asked too often; it asks to wait 61000 ms, and at most 60000 ms are waited",
        details: { retryAfterMs: 61_000 },
      },
    });
  });

  it("gives up after three attempts, says how many there were, and keeps what the provider said", async () => {
    const cause = new Error("socket");
    const last = new ModelError("MODEL_UNAVAILABLE", "down", { retryable: true, cause, details: { status: 503 } });
    const { clock, inner, ask } = surrounded([busy(), busy(), last]);
    expect(await after(ask(), { clock, ms: 10_000 })).toMatchObject({
      at: 3_000,
      error: { code: "MODEL_UNAVAILABLE", message: "down (after 3 attempts)", retryable: true, cause, details: { status: 503, attempts: 3 } },
    });
    expect(inner.calls).toHaveLength(3);
  });

  it.each([
    new ModelError("MODEL_REFUSED", "too long"),
    new ModelError("MODEL_UNAUTHORIZED", "no key"),
    new ModelError("MODEL_UNAVAILABLE", "not there", { details: { reached: false } }),
    new TypeError("a bug"),
  ])("does not try again what will not pass: %s", async (error) => {
    const { inner, ask } = surrounded([error]);
    await expect(ask()).rejects.toBe(error);
    expect(inner.calls).toHaveLength(1);
  });

  it("does not try again what fails because of its hearer, whatever that throws", async () => {
    const { inner, ask } = surrounded([
      async ({ onPiece }) => {
        onPiece?.({ channel: "text", text: "hi" });
        return "hi";
      },
    ]);
    const onPiece = () => {
      throw busy("of another model");
    };
    await expect(ask({ onPiece })).rejects.toMatchObject({ message: "of another model" });
    expect(inner.calls).toHaveLength(1);
  });

  it("tells the pieces of each attempt, and between them that it begins anew", async () => {
    const log: string[] = [];
    const half = async ({ onPiece }: GenerateOptions): Promise<string> => {
      onPiece?.({ channel: "text", text: "hel" });
      setImmediate(() => onPiece?.({ channel: "text", text: "too late" }));
      throw busy("cut");
    };
    const whole = async ({ onPiece }: GenerateOptions) => {
      onPiece?.({ channel: "text", text: "hello" });
      return "hello";
    };
    const { clock, ask } = surrounded([half, whole]);
    const call = ask({ onPiece: ({ text }) => log.push(text), onTrouble: ({ type }) => log.push(type) });
    expect(await after(call, { clock, ms: 1_000 })).toMatchObject({ value: { text: "hello" } });
    expect(log).toEqual(["hel", "retried", "hello"]);
  });
});

describe("withPolicies, in time", () => {
  it("ends a call that takes too long, also one that heeds no signal, and tries again", async () => {
    const { clock, inner, troubles, ask } = surrounded([deaf, "hi"], { timeoutMs: 5_000 });
    expect(await after(ask(), { clock, ms: 10_000 })).toMatchObject({ value: { text: "hi" }, at: 6_000 });
    expect(troubles).toMatchObject([
      { error: { code: "MODEL_UNAVAILABLE", message: "acme/m did not reply within 5000 ms", retryable: true, details: { timeoutMs: 5_000 } } },
    ]);
    expect(inner.calls[0]?.signal?.aborted).toBe(true);
    expect(clock.pending()).toBe(0);
  });

  it("waits for ten minutes unless it is told otherwise", async () => {
    const { clock, ask } = surrounded([deaf], { retry: { attempts: 1 } });
    expect(await after(ask(), { clock, ms: 599_999 })).toBe("pending");
    const late = surrounded([deaf], { retry: { attempts: 1 } });
    expect(await after(late.ask(), { clock: late.clock, ms: 600_000 })).toMatchObject({ at: 600_000 });
  });

  it("is shortened by the budget, and fails as that says", async () => {
    const log: unknown[] = [];
    const level = { scope: "run", unit: "timeMs", limit: 900, spent: 900 } as const;
    const meter = loggingMeter(log, () => ({ timeMs: 500, timeUp: () => new BudgetExhaustedError(level) }));
    const { clock, inner, ask } = surrounded([deaf], { timeoutMs: 5_000 });
    expect(await after(ask({ meter }), { clock, ms: 10_000 })).toMatchObject({ at: 500, error: { code: "BUDGET_EXHAUSTED", details: level } });
    expect([inner.calls.length, log]).toEqual([1, ["reserve", "forfeit"]]);
  });

  it.each<[string, readonly Answer[]]>([
    ["in the call", [deaf]],
    ["before it tries again", [tooMany(30_000), "hi"]],
  ])("rejects an abort %s with its reason, and leaves nothing behind", async (_when, answers) => {
    const { clock, ask } = surrounded(answers);
    const controller = new AbortController();
    const reason = busy("enough");
    const reply = ask({ signal: controller.signal });
    expect(await after(reply, { clock, ms: 100 })).toBe("pending");
    controller.abort(reason);
    await expect(reply).rejects.toBe(reason);
    expect(clock.pending()).toBe(0);
  });

  it("calls nobody when it is aborted already", async () => {
    const { inner, ask } = surrounded(["hi"]);
    await expect(ask({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(inner.calls).toEqual([]);
  });
});

describe("withPolicies, limited", () => {
  /** When it would be the turn of a call that needs all tokens. */
  async function fullAgain(answer: Answer): Promise<unknown> {
    const clock = fakeClock();
    const one = limiter({ tokensPerMinute: 600 }, { clock });
    const model = withPolicies(pricedModel([answer]), { clock, limiters: [one], timeoutMs: 1, retry: { attempts: 1 } });
    const call = model.generate(HELLO).catch(() => {});
    await clock.advance(1);
    await call;
    const next = one.turn(600).then(() => Math.round(clock.now()));
    await clock.advance(60_000);
    return await next;
  }

  it("counts what a call used: nothing when it was refused, all that it might have used when nobody knows", async () => {
    // 600 in a minute: 0.1 s for each; a call uses 15, and is expected to use 124.
    expect(await fullAgain("hi")).toBe(1_500);
    expect(await fullAgain(new ModelError("MODEL_REFUSED", "too long"))).toBe(1);
    expect(await fullAgain(new ModelError("MODEL_REPLY_INVALID", "no JSON", { details: { usage: USED } }))).toBe(1_500);
    expect(await fullAgain(deaf)).toBe(12_400);
  });

  it("has its turn in each limiter, and gives it back when it stops waiting for the next", async () => {
    const clock = fakeClock();
    const [own, shared] = [limiter({ concurrency: 1 }, { clock }), limiter({ concurrency: 1 }, { clock })];
    const others = await shared.turn(0);
    const inner = pricedModel(["hi"]);
    const model = withPolicies(inner, { clock, limiters: [own, shared] });
    const controller = new AbortController();
    const first = model.generate(HELLO, { signal: controller.signal });
    const second = model.generate(HELLO);
    await clock.advance(0);
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
    expect(inner.calls).toEqual([]);
    others.end(0);
    expect(await second).toMatchObject({ text: "hi" });
  });

  it("stops all calls while the provider says so, also those of other models that share its limits", async () => {
    const clock = fakeClock();
    const shared = limiter({}, { clock });
    const [one, other] = [pricedModel([tooMany(7_000), "a"]), pricedModel(["b"])].map((model) => withPolicies(model, { clock, limiters: [shared] }));
    const first = one?.generate(HELLO);
    await clock.advance(0);
    const second = other?.generate(HELLO).then(() => clock.now());
    await clock.advance(7_000);
    expect(await first).toMatchObject({ text: "a" });
    expect(await second).toBe(7_000);
  });
});

describe("withPolicies, told to come back at no time", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -5_000])(
    "tries again after %d ms as if nothing were said, or at once, and pauses nobody",
    async (ms) => {
      const clock = fakeClock();
      const model = withPolicies(pricedModel([tooMany(ms), "hi"]), { clock, limiters: [limiter({ concurrency: 1 }, { clock })] });
      expect(await after(model.generate(HELLO), { clock, ms: 1_000 })).toMatchObject({ value: { text: "hi" } });
    },
  );
});

describe("withPolicies, metered", () => {
  const cut = (details: ModelError["details"] = {}, cause?: Error) => new ModelError("MODEL_UNAVAILABLE", "cut", { retryable: true, details, cause });
  const refused = (code: string) => Object.assign(new Error("connect"), { code });

  it.each<[string, Answer, unknown]>([
    ["settles what was used", "hi", usageOfCall],
    ["releases what was refused", new ModelError("MODEL_REFUSED", "too long"), "release"],
    ["releases what had no key", new ModelError("MODEL_UNAUTHORIZED", "no key"), "release"],
    ["releases what was too often", tooMany(), "release"],
    ["releases what failed before there was a reply", busy(), "release"],
    ["releases what could not be made", new ModelError("MODEL_UNAVAILABLE", "no package", { details: { reached: false } }), "release"],
    ["releases what had a secret that is not to be had", new DadError("SECRET_UNAVAILABLE", "no such variable"), "release"],
    ["forfeits what failed in its provider package", new ModelError("MODEL_UNAVAILABLE", "x is not a function"), "forfeit"],
    ["releases what did not connect", cut({}, new Error("fetch failed", { cause: refused("ECONNREFUSED") })), "release"],
    ["releases what connected nowhere", cut({}, new AggregateError([refused("ECONNREFUSED"), refused("ENETUNREACH")])), "release"],
    ["forfeits what was cut", cut({}, new Error("terminated", { cause: refused("UND_ERR_SOCKET") })), "forfeit"],
    ["forfeits what has an unknown error", new TypeError("a bug"), "forfeit"],
    ["settles what the error says", new ModelError("MODEL_REPLY_INVALID", "no JSON", { details: { usage: { ...USED } } }), usageOfCall],
    ["forfeits what cannot be read", new ModelError("MODEL_REPLY_INVALID", "no JSON"), "forfeit"],
  ])("%s", async (_what, answer, ended) => {
    const log: unknown[] = [];
    const { ask } = surrounded([answer], { retry: { attempts: 1 } });
    await ask({ meter: loggingMeter(log) }).catch(() => {});
    expect(log).toEqual(["reserve", ended]);
  });

  it.each<[string, unknown]>([
    ["counts nothing", { inputTokens: 0, outputTokens: 0, costUsd: null }],
    ["has no usage", undefined],
    ["counts no numbers", { inputTokens: Number.NaN, outputTokens: 1, costUsd: 0 }],
  ])("forfeits a reply that %s, or an error that says so", async (_what, usage) => {
    const reply = { text: "hi", finishReason: "stop", modelId: "m", usage: usage as Usage } as const;
    const inner = pricedModel(["hi", busy("late", { status: 200, usage: usage as null })]);
    const model = withMeter({ ...inner, generate: async (...given) => ({ ...(await inner.generate(...given)), ...reply }) });
    const log: unknown[] = [];
    expect((await model.generate(HELLO, { meter: loggingMeter(log) })).usage).toEqual({ calls: 1, ...NO_USAGE, forfeited });
    await expect(model.generate(HELLO, { meter: loggingMeter(log) })).rejects.toMatchObject({ message: "late" });
    expect(log).toEqual(["reserve", "forfeit", "reserve", "forfeit"]);
  });

  it("forfeits a reply that had begun, whatever became of it", async () => {
    const log: unknown[] = [];
    const { ask } = surrounded(
      [
        async ({ onPiece }) => {
          onPiece?.({ channel: "text", text: "h" });
          throw tooMany();
        },
      ],
      { retry: { attempts: 1 } },
    );
    await expect(ask({ meter: loggingMeter(log), onPiece: () => {} })).rejects.toMatchObject({ details: { usage: { forfeited } } });
    expect(log).toEqual(["reserve", "forfeit"]);
  });

  it("asks before each attempt, for what it may use", async () => {
    const log: unknown[] = [];
    const estimates: unknown[] = [];
    const meter = loggingMeter(log, (estimate) => {
      estimates.push(estimate);
      return {};
    });
    const { clock, ask } = surrounded([busy(), deaf, "hi"], { timeoutMs: 1_000 });
    await after(ask({ meter }), { clock, ms: 10_000 });
    expect(log).toEqual(["reserve", "release", "reserve", "forfeit", "reserve", usageOfCall]);
    const estimate = { tokens: forfeited.tokens, usd: forfeited.usd, model: "acme/m" };
    expect(estimates).toEqual([estimate, estimate, estimate]);
  });

  it("gives the usage of all attempts with the reply", async () => {
    const paid = busy("late", { usage: { ...USED, cachedInputTokens: 3 } });
    const { clock, ask } = surrounded([paid, deaf, busy(), "hi"], { timeoutMs: 1_000, retry: { attempts: 4 } });
    expect(await after(ask(), { clock, ms: 20_000 })).toMatchObject({
      value: { usage: { calls: 3, inputTokens: 20, outputTokens: 10, cachedInputTokens: 3, costUsd: 0.5, forfeited } },
    });
  });

  it("gives the usage of all attempts with the error", async () => {
    const paid = busy("late", { usage: { ...USED } });
    const { clock, ask } = surrounded([paid, busy(), paid]);
    expect(await after(ask(), { clock, ms: 20_000 })).toMatchObject({
      error: { details: { attempts: 3, usage: { calls: 2, inputTokens: 20, outputTokens: 10, costUsd: 0.5 } } },
    });
  });

  it("fails as its budget says, and tries that never again", async () => {
    const level = { scope: "run", unit: "calls", limit: 1, spent: 1 } as const;
    const log: unknown[] = [];
    const meter = loggingMeter(log, () => {
      if (log.length > 0) throw new BudgetExhaustedError(level, { wanted: 1 });
      return {};
    });
    const { clock, inner, ask } = surrounded([busy(), "hi"]);
    expect(await after(ask({ meter }), { clock, ms: 10_000 })).toMatchObject({ error: { code: "BUDGET_EXHAUSTED" } });
    expect(inner.calls).toHaveLength(1);
  });

  it("gives its turn back when there is no budget for it", async () => {
    const clock = fakeClock();
    const one = limiter({ concurrency: 1, requestsPerMinute: 1, tokensPerMinute: 200 }, { clock });
    const model = withPolicies(pricedModel(["hi"]), { clock, limiters: [one] });
    const poor = loggingMeter([], () => {
      throw new BudgetExhaustedError({ scope: "run", unit: "calls", limit: 0, spent: 0 }, { wanted: 1 });
    });
    await expect(model.generate(HELLO, { meter: poor })).rejects.toMatchObject({ code: "BUDGET_EXHAUSTED" });
    expect(await model.generate(HELLO)).toMatchObject({ text: "hi" });
  });

  it("asks no meter for what calls nobody, and counts nothing of it", async () => {
    const log: unknown[] = [];
    const inner = pricedModel([busy(), "hi"]);
    const clock = fakeClock();
    const model = withPolicies({ ...inner, capabilities: { ...inner.capabilities, recorded: true } }, { clock });
    const call = after(model.generate(HELLO, { meter: loggingMeter(log) }), { clock, ms: 1_000 });
    expect(await call).toMatchObject({ value: { usage: USED } });
    expect(log).toEqual([]);
  });
});

describe("withMeter", () => {
  it("lets a model ask meters, and does nothing else", async () => {
    const log: unknown[] = [];
    const inner = pricedModel([tooMany(1), "hi"]);
    const model = withMeter(inner, { clock: fakeClock() });
    await expect(model.generate(HELLO, { meter: loggingMeter(log) })).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    expect((await model.generate(HELLO, { meter: loggingMeter(log) })).usage).toEqual(usageOfCall);
    expect(log).toEqual(["reserve", "release", "reserve", usageOfCall]);
    expect(withMeter(model)).toBe(model);
  });

  it("fails once when a model throws at once in whose call it is aborted", async () => {
    const controller = new AbortController();
    const throws = (): never => {
      controller.abort(new Error("enough"));
      throw new Error("broken");
    };
    await expect(withMeter({ ...pricedModel([]), generate: throws }).generate(HELLO, { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("keeps what a model that is a class says of itself", async () => {
    class Model implements ModelResource {
      readonly #inner = pricedModel(["hi"]);
      get provider() {
        return this.#inner.provider;
      }
      get modelId() {
        return this.#inner.modelId;
      }
      get capabilities() {
        return this.#inner.capabilities;
      }
      generate(...given: Parameters<ModelResource["generate"]>) {
        return this.#inner.generate(...given);
      }
    }
    const model = withMeter(new Model());
    const { provider, modelId, capabilities } = pricedModel([]);
    expect(model).toMatchObject({ provider, modelId, capabilities, metered: true });
    expect((await model.generate(HELLO)).text).toBe("hi");
  });

  it("asks for vectors too", async () => {
    const log: unknown[] = [];
    const embed = async () => ({ vectors: [[1]], usage: { ...NO_USAGE, inputTokens: 4 }, modelId: "m" });
    const model = withMeter(pricedModel([], { embed }));
    const estimates: unknown[] = [];
    const meter = loggingMeter(log, (estimate) => {
      estimates.push(estimate);
      return {};
    });
    expect(await model.embed?.(["hello", "world"], { meter })).toMatchObject({ vectors: [[1]], usage: { calls: 1, inputTokens: 4 } });
    expect(estimates).toMatchObject([{ tokens: 6 }]);
    expect(log).toEqual(["reserve", { calls: 1, inputTokens: 4, outputTokens: 0, costUsd: 0 }]);
  });
});
