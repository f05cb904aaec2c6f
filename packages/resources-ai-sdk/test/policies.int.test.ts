import { FAKE_API_KEY, type FakeProvider, type FakeReply, openFakeAnthropic, openFakeOpenAi } from "@dad/fake-providers";
import { budget, meterOf, type ModelResource, type ModelTrouble, type ProfileDefinition, type ResourceProfile } from "@dad/resources";
import { limiter, type PoliciesOptions, withPolicies } from "@dad/resources/policies";
import { staticResourceRegistry } from "@dad/resources/static";
import { type FakeClock, fakeClock } from "@dad/resources/testing";
import { aiSdkModels } from "@dad/resources-ai-sdk";
import { envSecrets, secretOf } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { hello } from "./provider-table.ts";

const make = aiSdkModels({ from: import.meta.dirname });
const access = { secret: (reference: string) => secretOf(reference, async () => FAKE_API_KEY) };
const price = { inputPerMTok: 2, outputPerMTok: 10 };

function modelAt(fake: Pick<FakeProvider, "url">, provider: "openai" | "anthropic" = "openai"): ModelResource {
  const model = provider === "openai" ? "gpt-5-mini" : "claude-haiku-4-5";
  return make({ provider, model, how: { apiKey: "env:KEY", baseURL: fake.url }, price, maxOutputTokens: 100 }, access);
}

interface Subject {
  readonly clock: FakeClock;
  readonly model: ModelResource;
  /** The next retry or fallback. */
  trouble(): Promise<ModelTrouble>;
  readonly onTrouble: (trouble: ModelTrouble) => void;
}

function subject(model: ModelResource, options: PoliciesOptions = {}): Subject {
  const clock = fakeClock();
  const told: ModelTrouble[] = [];
  let wake = (): void => undefined;
  return {
    clock,
    model: withPolicies(model, { clock, random: () => 1, ...options }),
    onTrouble(trouble) {
      told.push(trouble);
      wake();
    },
    async trouble() {
      while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return told.shift() as ModelTrouble;
    },
  };
}

/** What a call fails with: it is watched from the beginning. */
function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a provider that is asked too often", () => {
  it.each([
    [{ seconds: 7 }, 7_000],
    [{ ms: 250 }, 250],
  ] as const)("is asked again when it says so: %j", async (retryAfter, delayMs) => {
    await using fake = await openFakeOpenAi({ replies: [{ status: 429, retryAfter }, { text: "hi" }] });
    const { model, clock, trouble, onTrouble } = subject(modelAt(fake));
    const reply = model.generate(hello, { onTrouble });
    expect(await trouble()).toMatchObject({ type: "retried", delayMs, error: { code: "MODEL_RATE_LIMITED" } });
    await clock.advance(delayMs - 1);
    expect(fake.requests).toHaveLength(1);
    await clock.advance(1);
    // The call that was refused used nothing.
    expect(await reply).toMatchObject({ text: "hi", usage: { calls: 1, inputTokens: 100 } });
    expect(fake.requests).toHaveLength(2);
  });

  it("fails the call when it asks for more patience than there is", async () => {
    await using fake = await openFakeOpenAi({ replies: [{ status: 429, retryAfter: { seconds: 3600 } }] });
    const { model } = subject(modelAt(fake), { retry: { maxDelayMs: 60_000 } });
    await expect(model.generate(hello)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED", details: { retryAfterMs: 3_600_000 } });
    expect(fake.requests).toHaveLength(1);
  });

  it("is asked so often a minute by all runs together", async () => {
    await using fake = await openFakeOpenAi({ replies: () => ({ text: "hi" }) });
    const clock = fakeClock();
    const limiters = [limiter({ requestsPerMinute: 2 }, { clock })];
    const runs = [modelAt(fake), modelAt(fake)].map((model) => withPolicies(model, { clock, limiters }));
    await Promise.all(runs.map((model) => model.generate(hello)));
    const waiting = runs.map((model) => model.generate(hello));
    await clock.advance(29_999);
    expect(fake.requests).toHaveLength(2);
    await clock.advance(1);
    await fake.arrived(3);
    await clock.advance(30_000);
    await Promise.all(waiting);
    expect(fake.requests).toHaveLength(4);
  });

  it("has no more requests at once than it may have", async () => {
    let arrivedSoFar = 0;
    const pairs = (): FakeReply => {
      arrivedSoFar += 1;
      const partner = 2 * Math.ceil(arrivedSoFar / 2);
      // Until two of them are there.
      return { text: "hi", delivery: { pause: () => fake.arrived(partner) } };
    };
    await using fake = await openFakeOpenAi({ replies: pairs });
    const limiters = [limiter({ concurrency: 2 })];
    const runs = [modelAt(fake), modelAt(fake)].map((model) => withPolicies(model, { limiters }));
    await Promise.all(runs.flatMap((model) => Array.from({ length: 10 }, () => model.generate(hello))));
    expect([fake.requests.length, fake.mostAtOnce]).toEqual([20, 2]);
  });
});

describe("a provider that does not work", () => {
  it.each<FakeReply>([
    { status: 500 },
    { status: 529 },
    { silence: "break" },
    { text: "hello world", middle: "cut" },
    { text: "hello world", middle: "error" },
  ])("is asked again, at most as often as it may be: %j", async (reply) => {
    await using fake = await openFakeOpenAi({ replies: () => reply });
    const { model, clock, trouble, onTrouble } = subject(modelAt(fake), { retry: { attempts: 3, delayMs: 1_000 } });
    const failure = failureOf(model.generate(hello, { onTrouble }));
    for (const delayMs of [1_000, 2_000]) {
      expect(await trouble()).toMatchObject({ type: "retried", delayMs });
      await clock.advance(delayMs);
    }
    expect(await failure).toMatchObject({ code: "MODEL_UNAVAILABLE", details: { attempts: 3 } });
    expect(fake.requests).toHaveLength(3);
  });

  it.each<FakeReply>([{ status: 400 }, { status: 401 }, { status: 402 }, { status: 413 }])(
    "is not asked again what it does not take: %j",
    async (reply) => {
      await using fake = await openFakeOpenAi({ replies: () => reply });
      await expect(subject(modelAt(fake)).model.generate(hello)).rejects.toMatchObject({ retryable: false });
      expect(fake.requests).toHaveLength(1);
    },
  );

  it.each([
    ["no reply", { silence: "hang" }, false],
    ["half a reply", { text: "hello world", middle: "stall" }, false],
    ["half a stream", { text: "hello world", middle: "stall" }, true],
  ] as const)("is hung up on when its time is up: %s", async (...[, reply, streamed]) => {
    await using fake = await openFakeOpenAi({ replies: () => reply });
    const { model, clock } = subject(modelAt(fake), { timeoutMs: 5_000, retry: { attempts: 1 } });
    const heard = Promise.withResolvers<void>();
    const failure = failureOf(model.generate(hello, streamed ? { onPiece: () => heard.resolve() } : {}));
    await (streamed ? heard.promise : fake.arrived(1));
    await clock.advance(5_000);
    expect(await failure).toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true, details: { timeoutMs: 5_000 } });
    expect(await fake.requests[0]?.over).toBe("abandoned");
  });

  it.each<FakeReply>([{ status: 529 }, { status: 429 }, { text: "hello world", middle: "cut" }, { silence: "break" }])(
    "is replaced by one that does: %j",
    async (reply) => {
      await using openai = await openFakeOpenAi({ replies: () => reply });
      await using anthropic = await openFakeAnthropic({ replies: [{ text: "hi from Claude" }] });
      const fallbacks = [modelAt(anthropic, "anthropic")];
      const { model, trouble, onTrouble } = subject(modelAt(openai), { fallbacks, retry: { attempts: 1 } });
      expect((await model.generate(hello, { onTrouble })).text).toBe("hi from Claude");
      expect(await trouble()).toMatchObject({ type: "replaced", model: "openai/gpt-5-mini", by: "anthropic/claude-haiku-4-5" });
    },
  );

  it.each<FakeReply>([{ status: 400 }, { status: 401 }])("is not replaced when it is the request that is wrong: %j", async (reply) => {
    await using openai = await openFakeOpenAi({ replies: () => reply });
    await using anthropic = await openFakeAnthropic({ replies: [] });
    const { model } = subject(modelAt(openai), { fallbacks: [modelAt(anthropic, "anthropic")] });
    await expect(model.generate(hello)).rejects.toMatchObject({ retryable: false });
    expect(anthropic.requests).toEqual([]);
  });
});

describe("a budget", () => {
  it("is not overspent by calls at the same time", async () => {
    await using fake = await openFakeOpenAi({ replies: () => ({ text: "hi" }) });
    const spent = budget({ scope: "run", limits: { calls: 10 } });
    const model = withPolicies(modelAt(fake));
    const calls = Array.from({ length: 100 }, () => model.generate(hello, { meter: meterOf([spent]) }));
    const results = await Promise.allSettled(calls);
    const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as unknown);
    expect(refused).toHaveLength(90);
    expect(refused[0]).toMatchObject({ code: "BUDGET_EXHAUSTED" });
    expect([fake.requests.length, spent.levels()[0]?.spent]).toEqual([10, 10]);
  });

  it("counts what the provider has counted, and all that was set aside for a reply that broke off", async () => {
    await using fake = await openFakeOpenAi({ replies: [{ status: 500 }, { text: "hello world", middle: "cut" }, { text: "hi" }] });
    const spent = budget({ scope: "run", limits: { tokens: 10_000, usd: 1 } });
    const { model, clock, trouble, onTrouble } = subject(modelAt(fake));
    const reply = model.generate(hello, { meter: meterOf([spent]), onTrouble });
    for (let retries = 0; retries < 2; retries += 1) {
      const { delayMs } = (await trouble()) as Extract<ModelTrouble, { readonly type: "retried" }>;
      await clock.advance(delayMs);
    }
    const { usage } = await reply;
    expect(usage).toMatchObject({ calls: 2, inputTokens: 100, outputTokens: 20, forfeited: { calls: 1 } });
    expect(spent.levels().find(({ unit }) => unit === "tokens")?.spent).toBe(120 + (usage.forfeited?.tokens ?? 0));
  });
});

describe("a profile that is data", () => {
  function profileOf(definition: ProfileDefinition): ResourceProfile {
    const secrets = [envSecrets({ KEY: FAKE_API_KEY })];
    return staticResourceRegistry({ profiles: { default: definition }, makers: { model: make }, secrets }).profile();
  }

  it("asks with its limits, for all runs, and tells each run its secrets", async () => {
    await using openai = await openFakeOpenAi({ replies: () => ({ status: 503 }) });
    await using anthropic = await openFakeAnthropic({ replies: () => ({ text: "hi", delivery: { pause: () => anthropic.arrived(2) } }) });
    const profile = profileOf({
      providers: {
        openai: { apiKey: "env:KEY", baseURL: openai.url },
        anthropic: { apiKey: "env:KEY", baseURL: anthropic.url, limits: { concurrency: 2 } },
      },
      models: {
        coder: { model: "gpt-5-mini", retry: { attempts: 1 }, fallbacks: ["other"] },
        other: { provider: "anthropic", model: "claude-haiku-4-5", settings: { temperature: 0.5 } },
      },
    });
    const told: string[][] = [[], [], []];
    const runs = told.map((names) => profile.forRun({ onSecret: ({ name }) => void names.push(name) }));
    const replies = await Promise.all(runs.map((run) => run.get("model", "coder").generate(hello)));
    expect(replies.map(({ text }) => text)).toEqual(["hi", "hi", "hi"]);
    expect([anthropic.mostAtOnce, openai.requests.length]).toEqual([2, 3]);
    expect(anthropic.requests[0]?.body).toMatchObject({ temperature: 0.5 });
    expect(told.map((names) => [...new Set(names)])).toEqual([["env:KEY"], ["env:KEY"], ["env:KEY"]]);
  });
});
