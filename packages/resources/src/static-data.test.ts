import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type { KnownSecret, SecretSource } from "@dad/secrets";
import { envSecrets } from "@dad/secrets";
import { overriding } from "./overriding.ts";
import type { ModelRequest, ModelResource } from "./model-resource.ts";
import type { ProfileDefinition } from "./profile-definition.ts";
import type { MakeModel } from "./resource-makers.ts";
import { ModelError } from "./errors.ts";
import { scriptedModel } from "./scripted.ts";
import { staticResourceRegistry } from "./static.ts";

declare module "./resource-registry.ts" {
  interface ResourceKinds {
    clock: { readonly now: () => Promise<string> };
  }
}

const HELLO: ModelRequest = { messages: [{ role: "user", content: "Hello." }] };

/** Says to each call which model of which provider it was, and keeps what it was asked. */
function echo(asked: ModelRequest[] = []): MakeModel {
  return ({ provider, model, how, price, maxOutputTokens }, { secret }) => ({
    provider: `otel.${provider}`,
    modelId: model,
    capabilities: { structuredOutput: true, recorded: false, streaming: false, tools: model.startsWith("claude"), files: false },
    ...(price && { price }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    async generate(request) {
      asked.push(request);
      if (model === "down") throw new ModelError("MODEL_REFUSED", "never");
      const key = how.apiKey === undefined ? "no key" : await secret(how.apiKey).reveal();
      return {
        text: `${provider}/${model} with ${key}`,
        finishReason: "stop",
        usage: { inputTokens: 1, outputTokens: 1, costUsd: null },
        modelId: model,
      };
    },
  });
}

function registryOf(profiles: Readonly<Record<string, ProfileDefinition>>, asked?: ModelRequest[]) {
  const sources: SecretSource[] = [envSecrets({ KEY_ONE: "the first key", KEY_TWO: "the second key" })];
  return staticResourceRegistry({ profiles, makers: { model: echo(asked) }, secrets: sources });
}

const textOf = async (model: ModelResource): Promise<string> => (await model.generate(HELLO)).text;

describe("a profile that extends others", () => {
  it("has what they have, by alias: its own first, then that of the later one", () => {
    const registry = registryOf({
      base: {
        note: "base",
        endpoints: { a: "https://a.example/", b: "https://b.example/" },
        models: { writer: { provider: "openai", model: "gpt-5" } },
      },
      other: {
        endpoints: { b: "https://other.example/" },
        models: { coder: { provider: "openai", model: "o3" } },
        others: { clock: { a: () => clock("a") } },
      },
      live: { extends: ["base", "other"], endpoints: { c: "https://c.example/" }, others: { clock: { b: () => clock("b") } } },
      deep: { extends: "live", note: "deep" },
    });
    const deep = registry.profile("deep");
    expect(deep.note).toBe("deep");
    expect(registry.profile("live").note).toBe("base");
    expect(deep.ids("endpoint").map((id) => deep.get("endpoint", id).hostname)).toEqual(["a.example", "other.example", "c.example"]);
    expect([deep.ids("model"), deep.ids("clock")]).toEqual([
      ["coder", "writer"],
      ["a", "b"],
    ]);
  });

  it("is refused when it extends itself, or one that is not there, with the way to it", () => {
    expect(() => registryOf({ a: { extends: "b" }, b: { extends: ["c"] }, c: { extends: "a" } })).toThrow(
      expect.objectContaining({ code: "PROFILE_INVALID", message: 'profile "a" is not valid: it extends itself: a → b → c → a' }),
    );
    expect(() => registryOf({ a: { extends: "bass" }, base: {} })).toThrow(/it extends a profile that is not there: a → bass; did you mean base\?/);
    expect(() => registryOf({ a: { extends: "constructor" } })).toThrow("not there: a → constructor");
  });
});

describe("a model as data", () => {
  it("is made for each run of its own, when it is asked for, and once", () => {
    const make = vi.fn<MakeModel>(echo());
    const registry = staticResourceRegistry({
      profiles: { live: { models: { writer: { provider: "openai", model: "gpt-5" } } } },
      makers: { model: make },
    });
    const run = registry.profile().forRun({ onSecret() {} });
    expect(make).not.toHaveBeenCalled();
    expect(run.get("model", "writer")).toBe(run.get("model", "writer"));
    expect(run.get("model", "writer")).not.toBe(registry.profile().get("model", "writer"));
    expect(make).toHaveBeenCalledTimes(2);
  });

  it("is asked with the settings of the profile, where a request does not say otherwise", async () => {
    const asked: ModelRequest[] = [];
    const settings = { temperature: 0, maxOutputTokens: 10 };
    const model = registryOf({ live: { models: { writer: { provider: "openai", model: "gpt-5", settings } } } }, asked)
      .profile()
      .get("model", "writer");
    await model.generate(HELLO);
    await model.generate({ ...HELLO, settings: { temperature: 1 } });
    expect(asked.map((request) => request.settings)).toEqual([settings, { temperature: 1, maxOutputTokens: 10 }]);
    expect(model.maxOutputTokens).toBe(10);
  });

  it("has the price of its own, or that of the profile for `provider/model`, or for its name, or none", () => {
    const price = (inputPerMTok: number) => ({ inputPerMTok, outputPerMTok: 1 });
    const of = (model: string, more = {}) => ({ provider: "openai", model, ...more });
    const profile = registryOf({
      live: {
        models: { a: of("x", { price: price(1) }), b: of("x"), c: of("y"), d: of("z") },
        prices: { "openai/x": price(2), x: price(3), y: price(4) },
      },
    }).profile();
    expect(["a", "b", "c", "d"].map((id) => profile.get("model", id).price?.inputPerMTok)).toEqual([1, 2, 4, undefined]);
  });

  it.each<[{ readonly model: string; readonly provider?: string | readonly string[] }, NonNullable<ProfileDefinition["providers"]>, string]>([
    [{ model: "claude-sonnet-4-5" }, { "google-vertex": {}, anthropic: {} }, "anthropic"],
    [{ model: "claude-sonnet-4-5" }, { openai: {}, "google-vertex": {} }, "google-vertex"],
    [{ model: "claude-sonnet-4-5" }, { work: { package: "@ai-sdk/anthropic" } }, "work"],
    [{ model: "us.anthropic.claude-sonnet-4-5-v1:0" }, { anthropic: {}, "amazon-bedrock": {} }, "amazon-bedrock"],
    [{ model: "gpt-5" }, { azure: {}, openai: {} }, "openai"],
    [{ model: "o4-mini" }, { azure: {} }, "azure"],
    [{ model: "gemini-2.5-pro" }, { google: {}, "google-vertex": {} }, "google-vertex"],
    [{ model: "deepseek-chat" }, { deepseek: {} }, "deepseek"],
    [{ model: "mistral-large" }, { mistral: {} }, "mistral"],
    [{ model: "meta-llama/llama-4" }, { openrouter: {}, groq: {} }, "openrouter"],
    [{ model: "in-house-7b" }, { ours: {} }, "ours"],
    [{ model: "claude-sonnet-4-5", provider: ["theirs", "ours"] }, { openai: {}, ours: {} }, "ours"],
    [{ model: "claude-sonnet-4-5", provider: "@acme/provider" }, { anthropic: {} }, "@acme/provider"],
    [{ model: "claude-sonnet-4-5", provider: "anthropic" }, {}, "anthropic"],
  ])("as %j is, among the providers %j, that of %s", async (definition, providers, chosen) => {
    const profile = registryOf({ live: { models: { writer: definition }, providers } }).profile();
    expect(await textOf(profile.get("model", "writer"))).toBe(`${chosen}/${definition.model} with no key`);
  });

  it.each<[string, string | undefined, RegExp]>([
    ["claude-sonnet-4-5", undefined, /anthropic, amazon-bedrock and google-vertex have claude-sonnet-4-5, and the profile has openai, ours/],
    ["in-house-7b", undefined, /nobody knows who has in-house-7b: say of the model which provider it is of; there are openai, ours/],
    ["gpt-5", "opnai", /nobody knows the provider "opnai"; did you mean openai\?/],
  ])("%s of the provider %j that is not there is refused, and says who could serve it", (model, provider, message) => {
    const definition = { model, ...(provider === undefined ? {} : { provider }) };
    const profile = registryOf({
      live: { models: { writer: definition, other: { provider: "ours", model: "m" } }, providers: { openai: {}, ours: {} } },
    }).profile();
    expect(() => profile.get("model", "writer")).toThrow(
      expect.objectContaining({ code: "PROVIDER_UNKNOWN", message: expect.stringMatching(message) }),
    );
    expect([profile.ids("model"), profile.models({})]).toEqual([["other", "writer"], ["other"]]);
  });

  it("falls back on others of its profile, which have to be there", async () => {
    const models = { writer: { provider: "openai", model: "busy", fallbacks: ["other"] }, other: scriptedModel(["from another"]) };
    const busy: MakeModel = (model, access) => ({
      ...echo()(model, access),
      generate: () => Promise.reject(new ModelError("MODEL_RATE_LIMITED", "busy", { retryable: true })),
    });
    const profiles = { live: { models: { ...models, writer: { ...models.writer, retry: { attempts: 1 } } } } };
    const registry = staticResourceRegistry({ profiles, makers: { model: busy } });
    expect(await textOf(registry.profile().get("model", "writer"))).toBe("from another");
    expect(() => registryOf({ live: { models: { ...models, writer: { ...models.writer, fallbacks: ["othr", "writer"] } } } }).profile()).toThrow(
      'profile "live" is not valid: model "writer" falls back on "othr", which is none of its models: writer, other; model "writer" falls back on itself',
    );
  });

  it("is not there without a provider for those on which it falls back", () => {
    const models = { writer: { provider: "ours", model: "m", fallbacks: ["other"] }, other: { model: "claude-1" } };
    const profile = registryOf({ live: { models, providers: { ours: {} } } }).profile();
    expect(profile.models({})).toEqual([]);
    expect(() => profile.get("model", "writer")).toThrow('model "other" of profile "live" has no provider');
  });

  it("waits for its turn with all runs that ask the same provider", async () => {
    let [now, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const slow: MakeModel = (model, access) => ({
      ...echo()(model, access),
      async generate() {
        most = Math.max(most, (now += 1));
        await new Promise<void>((resolve) => void waiting.push(resolve));
        now -= 1;
        return { text: "", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1, costUsd: null }, modelId: "m" };
      },
    });
    const models = { one: { provider: "ours", model: "a" }, two: { provider: "ours", model: "b" } };
    const profiles = { live: { models, providers: { ours: { limits: { concurrency: 2 } } } } };
    const registry = staticResourceRegistry({ profiles, makers: { model: slow } });
    const calls = Array.from({ length: 3 }, () => registry.profile().forRun({ onSecret() {} })).flatMap((run) =>
      ["one", "two"].map((id) => run.get("model", id).generate(HELLO)),
    );
    for (let turn = 0; turn < calls.length; turn++) {
      await new Promise(setImmediate);
      waiting.splice(0).forEach((go) => go());
    }
    await Promise.all(calls);
    expect(most).toBe(2);
  });

  it("is asked by no run while its provider says to come back later, and another model of the provider is", async () => {
    const asked: string[] = [];
    const busy: MakeModel = (model, access) => ({
      ...echo()(model, access),
      async generate() {
        asked.push(model.model);
        throw new ModelError("MODEL_RATE_LIMITED", "too many", { retryable: true, details: { retryAfterMs: 3_600_000 } });
      },
    });
    const models = { one: { provider: "ours", model: "a" }, same: { provider: "ours", model: "a" }, other: { provider: "ours", model: "b" } };
    const registry = staticResourceRegistry({ profiles: { live: { models, providers: { ours: {} } } }, makers: { model: busy } });
    for (const id of ["one", "one", "same", "other"]) {
      const run = registry.profile().forRun({ onSecret() {} });
      await expect(run.get("model", id).generate(HELLO)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    }
    expect(asked).toEqual(["a", "b"]);
  });

  it("says what it is besides its name: where it is reached and how it is set, and neither a secret nor what changes no reply", () => {
    const how = {
      baseURL: "https://me:pass@gate.example/v1",
      apiKey: "env:KEY_ONE",
      headers: { team: "docs", auth: { secret: "env:KEY_TWO" } },
      options: { region: "eu", token: { secret: "env:KEY_TWO" } },
    };
    const definition = {
      provider: "ours",
      model: "m",
      settings: { temperature: 0 },
      timeoutMs: 5,
      retry: { attempts: 2 },
      limits: { concurrency: 1 },
      price: { inputPerMTok: 1, outputPerMTok: 1 },
    };
    const identity = (model: object, provider = how) =>
      registryOf({ live: { models: { writer: { ...definition, ...model } }, providers: { ours: provider } } })
        .profile()
        .get("model", "writer").identity;
    expect(identity({})).toEqual({
      baseURL: "https://gate.example/v1",
      headers: { team: "docs" },
      options: { region: "eu" },
      settings: { temperature: 0 },
    });
    expect(identity({ timeoutMs: 6, retry: {}, price: undefined, limits: {}, fallbacks: [] }, { ...how, apiKey: "env:KEY_TWO" })).toEqual(
      identity({}),
    );
    expect(identity({ settings: {} })).not.toEqual(identity({}));
    // What a program can give may hold itself.
    const agent = Object.assign(new Map(), { itself: {} });
    agent.itself = agent;
    const options = { ...how.options, agent };
    expect(identity({}, { ...how, options })).toEqual(identity({}));
  });

  it("needs somebody who makes it", () => {
    const registry = staticResourceRegistry({ profiles: { live: { models: { writer: { model: "gpt-5" } } } } });
    expect(() => registry.profile().get("model", "writer")).toThrow(TypeError);
    expect(registry.profile().ids("model")).toEqual(["writer"]);
  });
});

describe("models that are asked for by what they are", () => {
  it("are found by name, provider, abilities and among aliases, in the order of the profile; functions are called only then", () => {
    const make = vi.fn<() => ModelResource>(() => scriptedModel([]));
    const profile = registryOf({
      live: {
        models: { writer: { model: "claude-1" }, made: make, cheap: { model: "gpt-5" }, other: { provider: "openai", model: "claude-1" } },
        providers: { anthropic: {}, openai: {} },
      },
    }).profile();
    expect(profile.models({})).toEqual(["writer", "made", "cheap", "other"]);
    expect(profile.models({ among: ["other", "writer", "none"] })).toEqual(["writer", "other"]);
    expect(make).not.toHaveBeenCalled();
    expect(profile.models({ model: "claude-1" })).toEqual(["writer", "other"]);
    expect(profile.models({ model: "claude-1", provider: "openai" })).toEqual(["other"]);
    expect(profile.models({ provider: "otel.openai" })).toEqual(["cheap", "other"]);
    expect(profile.models({ provider: "scripted" })).toEqual(["made"]);
    expect(profile.models({ capabilities: ["tools"], among: ["writer", "cheap"] })).toEqual(["writer"]);
    expect(make).toHaveBeenCalledOnce();
  });
});

describe("the secrets of a profile", () => {
  const profiles = {
    live: {
      models: { writer: { provider: "ours", model: "m" } },
      providers: { ours: { apiKey: "env:KEY_ONE" } },
      secrets: { deploy: "env:KEY_TWO", gone: "env:NOT_SET" },
    },
  };

  it("are told to a run from the beginning where they are known, and are references to all else", async () => {
    const known: KnownSecret[] = [];
    const run = registryOf(profiles)
      .profile()
      .forRun({ onSecret: (secret) => void known.push(secret) });
    expect(known.map(({ name }) => name).toSorted()).toEqual(["env:KEY_ONE", "env:KEY_TWO"]);
    expect(JSON.stringify(run.get("secret", "deploy"))).toBe('"[secret env:KEY_TWO]"');
    expect(await run.get("secret", "deploy").reveal()).toBe("the second key");
    expect(await textOf(run.get("model", "writer"))).toBe("ours/m with the first key");
    await expect(run.get("secret", "gone").reveal()).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE" });
  });

  it("are told to the run that reveals them, before it has them, and to no other", async () => {
    const source: SecretSource = { scheme: "vault", read: (rest) => Promise.resolve(`value of ${rest}`) };
    const registry = staticResourceRegistry({ profiles: { live: { secrets: { a: "vault:a" } } }, secrets: [source] });
    const [told, other] = [vi.fn<(secret: KnownSecret) => void>(), vi.fn<(secret: KnownSecret) => void>()];
    registry.profile().forRun({ onSecret: other });
    await registry.profile().forRun({ onSecret: told }).get("secret", "a").reveal();
    expect(told.mock.calls).toEqual([[{ name: "vault:a", value: "value of a" }]]);
    expect(other).not.toHaveBeenCalled();
  });
});

describe("resources of a kind that another package brings", () => {
  it("are made for each run, with its secrets, and have their type", async () => {
    const profile = registryOf({ live: { others: { clock: { main: ({ secret }) => ({ now: () => secret("env:KEY_ONE").reveal() }) } } } }).profile();
    const run = profile.forRun({ onSecret() {} });
    expectTypeOf(run.get("clock", "main").now).returns.resolves.toBeString();
    expect(await run.get("clock", "main").now()).toBe("the first key");
    expect(run.get("clock", "main")).toBe(run.get("clock", "main"));
    expect(run.get("clock", "main")).not.toBe(profile.get("clock", "main"));
    expect(() => run.get("clock", "mian")).toThrow('profile "live" has no clock "mian"; did you mean main? there is main');
    expect(() => run.get("clcok" as "clock", "main")).toThrow(
      'profile "live" has nothing of the kind "clcok"; did you mean clock? there are clock, endpoint, model, secret, tools',
    );
  });
});

describe("an overridden profile", () => {
  const profiles = {
    live: {
      providers: { ours: {} },
      models: { writer: { provider: "ours", model: "m" }, coder: { provider: "ours", model: "c" } },
      endpoints: { api: "https://api.example/" },
    },
  };

  it("has others in the place of some, in layers, and leaves the profile as it is", async () => {
    const profile = registryOf(profiles).profile();
    const scripted = scriptedModel(["scripted"]);
    const once = overriding(profile, { model: { writer: scripted, extra: scriptedModel([]) }, endpoint: { api: new URL("https://fake.example/") } });
    const twice = overriding(once, { model: { coder: scripted } });
    expect(once.get("model", "writer")).toBe(scripted);
    expect(once.get("model", "coder")).toBe(profile.get("model", "coder"));
    expect([twice.get("model", "writer"), twice.get("model", "coder")]).toEqual([scripted, scripted]);
    expect([once.ids("model"), profile.ids("model")]).toEqual([
      ["coder", "extra", "writer"],
      ["coder", "writer"],
    ]);
    expect(once.models({ provider: "scripted" })).toEqual(["writer", "extra"]);
    expect(twice.models({ provider: "ours" })).toEqual([]);
    once.get("endpoint", "api").pathname = "/changed";
    expect(once.get("endpoint", "api").href).toBe("https://fake.example/");
    expect(() => once.get("model", "extar")).toThrow("did you mean extra?");
    expect(profile.get("model", "writer").modelId).toBe("m");
  });

  it("stays that for a run, which is told also the secrets that are in the place of others", async () => {
    const told = vi.fn<(secret: KnownSecret) => void>();
    const secret = registryOf({ live: { secrets: { a: "env:KEY_ONE" } } })
      .profile()
      .get("secret", "a");
    const scripted = scriptedModel([]);
    const run = overriding(registryOf(profiles).profile(), { model: { writer: scripted }, secret: { deploy: secret } }).forRun({ onSecret: told });
    expect(run.get("model", "writer")).toBe(scripted);
    expect(await run.get("secret", "deploy").reveal()).toBe("the first key");
    expect(told.mock.calls).toEqual([[{ name: "env:KEY_ONE", value: "the first key" }]]);
  });
});

function clock(name: string) {
  return { now: () => Promise.resolve(name) };
}
