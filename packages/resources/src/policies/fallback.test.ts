import { describe, expect, it } from "vitest";
import { ModelError } from "../errors.ts";
import type { ModelTrouble } from "../model-resource.ts";
import { fakeClock } from "../testing/fake-clock.ts";
import { type Answer, busy, deaf, HELLO, loggingMeter, pricedModel, tooMany, USED } from "../testing/priced-model.ts";
import { limiter } from "./limiter.ts";
import { withPolicies } from "./with-policies.ts";

const once = { retry: { attempts: 1 } };
const refused = new ModelError("MODEL_REFUSED", "too long");
const usageOfCall = { calls: 1, ...USED };

/** A model with others in its place, all of which are asked once. */
function chain(...answers: readonly (readonly Answer[])[]) {
  const [first, ...others] = answers.map((answer, index) => pricedModel(answer, { modelId: `m${index}` }));
  const troubles: ModelTrouble[] = [];
  const model = withPolicies(first as ReturnType<typeof pricedModel>, { ...once, fallbacks: others, clock: fakeClock() });
  return { model, others, troubles, ask: () => model.generate(HELLO, { onTrouble: (trouble) => troubles.push(trouble) }) };
}

describe("withPolicies with fallbacks", () => {
  it("asks the next model when one fails for a while, and says so", async () => {
    const { ask, troubles } = chain([busy()], [tooMany()], ["hi"]);
    expect(await ask()).toMatchObject({ text: "hi", modelId: "m2", usage: usageOfCall });
    expect(troubles).toMatchObject([
      { type: "replaced", model: "acme/m0", by: "acme/m1", error: { code: "MODEL_UNAVAILABLE" } },
      { type: "replaced", model: "acme/m1", by: "acme/m2", error: { code: "MODEL_RATE_LIMITED" } },
    ]);
  });

  it("asks the next one after the retries of the first", async () => {
    const clock = fakeClock();
    const first = pricedModel([busy(), busy(), busy()]);
    const types: string[] = [];
    const model = withPolicies(first, { clock, fallbacks: [pricedModel(["hi"])] });
    const reply = model.generate(HELLO, { onTrouble: ({ type }) => types.push(type) });
    await clock.advance(10_000);
    expect(await reply).toMatchObject({ text: "hi" });
    expect(types).toEqual(["retried", "retried", "replaced"]);
  });

  it.each([refused, new ModelError("MODEL_UNAUTHORIZED", "no key"), new ModelError("MODEL_REPLY_INVALID", "no JSON"), new TypeError("a bug")])(
    "asks nobody else after %s",
    async (error) => {
      const { ask, others } = chain([error], ["hi"]);
      await expect(ask()).rejects.toMatchObject({ message: error.message });
      expect(others[0]?.calls).toEqual([]);
    },
  );

  it("fails with the last error, and says what the others were", async () => {
    const { ask } = chain([busy("down")], [tooMany()], [refused]);
    await expect(ask()).rejects.toMatchObject({
      code: "MODEL_REFUSED",
      retryable: false,
      message: "too long; before that: down; asked too often",
      details: {
        replaced: [
          { model: "acme/m0", code: "MODEL_UNAVAILABLE", message: "down" },
          { model: "acme/m1", code: "MODEL_RATE_LIMITED", message: "asked too often" },
        ],
      },
    });
  });

  it("gives the usage of all of them, with the reply or the error", async () => {
    const paid = busy("late", { usage: USED });
    expect((await chain([paid], [busy()], [paid], ["hi"]).ask()).usage).toEqual({ calls: 3, inputTokens: 30, outputTokens: 15, costUsd: 0.75 });
    await expect(chain([paid], [paid]).ask()).rejects.toMatchObject({ details: { usage: { calls: 2, costUsd: 0.5 } } });
  });

  it("passes over those that cannot do what the request needs", async () => {
    const capabilities = pricedModel([]).capabilities;
    const less = (more: Partial<typeof capabilities>) => pricedModel(["no"], { capabilities: { ...capabilities, ...more } });
    const ask = async (lacking: Partial<typeof capabilities>, more: object) => {
      const [poor, able] = [less(lacking), pricedModel(["hi"])];
      await withPolicies(pricedModel([busy()]), { ...once, fallbacks: [poor, able] }).generate({ ...HELLO, ...more });
      return [poor.calls.length, able.calls.length];
    };
    const file = { type: "file", mediaType: "image/png", data: "" } as const;
    const tools = [{ name: "search", description: "Finds.", inputSchema: {} }];
    expect(await ask({ tools: false }, { tools })).toEqual([0, 1]);
    expect(await ask({ files: false }, { messages: [{ role: "user", content: [file] }] })).toEqual([0, 1]);
    expect(await ask({ structuredOutput: false }, { output: { name: "a", schema: {} } })).toEqual([0, 1]);
    expect(await ask({ tools: false, files: false, structuredOutput: false }, { tools: [] })).toEqual([1, 0]);
  });

  it("says of whom it would have been too much, when nobody is left", async () => {
    const { capabilities } = pricedModel([]);
    const poor = pricedModel([], { modelId: "poor", capabilities: { ...capabilities, tools: false } });
    const model = withPolicies(pricedModel([busy("down")]), { ...once, fallbacks: [poor] });
    await expect(model.generate({ ...HELLO, tools: [{ name: "search", description: "Finds.", inputSchema: {} }] })).rejects.toMatchObject({
      message: "down; what the request needs is more than acme/poor can do",
      details: { passedOver: ["acme/poor"] },
    });
  });

  it("meters each of them, also one that has no policies of its own, at its own price", async () => {
    const log: unknown[] = [];
    const usd: unknown[] = [];
    const meter = loggingMeter(log, (estimate) => {
      usd.push(estimate.usd);
      return {};
    });
    const cheap = pricedModel(["hi"], { price: { inputPerMTok: 0, outputPerMTok: 0 } });
    await withPolicies(pricedModel([busy()]), { ...once, fallbacks: [cheap] }).generate(HELLO, { meter });
    expect(log).toEqual(["reserve", "release", "reserve", usageOfCall]);
    expect(usd).toEqual([124, 0]);
  });

  it("leaves a fallback its own policies", async () => {
    const clock = fakeClock();
    const types: string[] = [];
    const log: unknown[] = [];
    const patient = withPolicies(pricedModel([busy(), "hi"]), { clock, retry: { attempts: 2, delayMs: 50 }, random: () => 1 });
    const model = withPolicies(pricedModel([busy()]), { ...once, clock, fallbacks: [patient] });
    const reply = model.generate(HELLO, { onTrouble: ({ type }) => types.push(type), meter: loggingMeter(log) });
    await clock.advance(50);
    expect(await reply).toMatchObject({ text: "hi" });
    expect(types).toEqual(["replaced", "retried"]);
    expect(log).toEqual(["reserve", "release", "reserve", "release", "reserve", usageOfCall]);
  });

  it("lets two models stand in for each other", async () => {
    const raw = ["a", "b"].map((modelId) => pricedModel([busy(modelId), busy(modelId)], { modelId }));
    const alone = raw.map((model) => withPolicies(model, once));
    const both = alone.map((model, index) =>
      withPolicies(raw[index] as typeof model, { ...once, fallbacks: alone.filter((other) => other !== model) }),
    );
    await expect(both[0]?.generate(HELLO)).rejects.toMatchObject({ message: "b; before that: a" });
    await expect(both[1]?.generate(HELLO)).rejects.toMatchObject({ message: "a; before that: b" });
  });

  it("asks another model at once when the provider says to wait for long, also those who wait for that provider", async () => {
    const clock = fakeClock();
    const one = limiter({ concurrency: 1 }, { clock });
    const first = pricedModel([tooMany(3_600_000)]);
    const model = withPolicies(first, { clock, limiters: [one], fallbacks: [pricedModel(["b", "b"], { modelId: "b" })] });
    const replies = Promise.all([model.generate(HELLO), model.generate(HELLO)]);
    await clock.advance(0);
    expect(await replies).toMatchObject([{ modelId: "b" }, { modelId: "b" }]);
    expect(first.calls).toHaveLength(1);
  });

  it("rejects an abort with its reason, and asks nobody else", async () => {
    const { model, others } = chain([deaf], ["hi"]);
    const controller = new AbortController();
    const reply = model.generate(HELLO, { signal: controller.signal });
    const reason = busy("enough");
    controller.abort(reason);
    await expect(reply).rejects.toBe(reason);
    expect(others[0]?.calls).toEqual([]);
  });

  it("asks nobody else because its hearer fails", async () => {
    const { model, others } = chain(
      [
        async ({ onPiece }) => {
          onPiece?.({ channel: "text", text: "hi" });
          return "hi";
        },
      ],
      ["hi"],
    );
    const onPiece = () => {
      throw busy("of another model");
    };
    await expect(model.generate(HELLO, { onPiece })).rejects.toMatchObject({ message: "of another model" });
    expect(others[0]?.calls).toEqual([]);
  });

  it("asks for vectors only where they mean the same", async () => {
    const embedder = (modelId: string, provider: string, fails: boolean) =>
      pricedModel([], {
        provider,
        modelId,
        embed: async () => {
          if (fails) throw busy(provider);
          return { vectors: [[provider.length]], usage: USED, modelId };
        },
      });
    const others = [embedder("other", "acme", false), embedder("m", "globex", false)];
    const model = withPolicies(embedder("m", "acme", true), { ...once, fallbacks: others });
    expect(await model.embed?.(["a"])).toMatchObject({ vectors: [[6]] });
    const alone = withPolicies(embedder("m", "acme", true), { ...once, fallbacks: others.slice(0, 1) });
    await expect(alone.embed?.(["a"])).rejects.toMatchObject({ message: "acme" });
  });
});
