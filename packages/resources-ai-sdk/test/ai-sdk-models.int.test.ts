import { createServer } from "node:http";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAKE_API_KEY, type FakeProvider, openFakeAnthropic, openFakeGoogle, openFakeOpenAi } from "@dad/fake-providers";
import type { MakerAccess, ModelToMake } from "@dad/resources";
import { aiSdkModels } from "@dad/resources-ai-sdk";
import { secretOf } from "@dad/secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hello, request } from "./provider-table.ts";

/** The packages that these tests have installed. */
const make = aiSdkModels({ from: import.meta.dirname });

/** Counts how often each secret is read. */
function vault(values: Readonly<Record<string, string>> = { "env:KEY": FAKE_API_KEY }): MakerAccess & { readonly reads: string[] } {
  const reads: string[] = [];
  const read = (reference: string) => async () => {
    reads.push(reference);
    return values[reference] ?? "";
  };
  return { reads, secret: (reference) => secretOf(reference, read(reference)) };
}

describe("aiSdkModels", () => {
  let [openai, anthropic, google]: FakeProvider[] = [];
  beforeAll(async () => {
    openai = await openFakeOpenAi({ replies: () => ({ text: "hi" }) });
    anthropic = await openFakeAnthropic({ replies: () => ({ text: "hi" }) });
    google = await openFakeGoogle({ replies: () => ({ text: "hi" }) });
  });
  afterAll(async () => {
    for (const fake of [openai, anthropic, google]) await fake?.[Symbol.asyncDispose]();
  });
  const fakes = () => ({ openai, anthropic, google });

  it.each([
    ["openai", "gpt-5-mini", "openai", {}, "openai", "openai.responses"],
    ["azure", "my-deployment", "openai", {}, "azure.ai.openai", "openai.responses"],
    ["azure", "old", "openai", { options: { useDeploymentBasedUrls: true } }, "azure.ai.openai", "openai.responses"],
    ["the-company", "m", "openai", { package: "@ai-sdk/azure" }, "azure.ai.openai", "openai.responses"],
    ["deepseek", "deepseek-chat", "openai", {}, "deepseek", "openai.chat"],
    ["mistral", "mistral-small-latest", "openai", {}, "mistral_ai", "openai.chat"],
    ["ollama", "llama3", "openai", {}, "ollama", "openai.chat"],
    ["our-gateway", "m", "openai", {}, "our-gateway", "openai.chat"],
    ["@ai-sdk/openai-compatible", "m", "openai", { options: { name: "x" } }, "@ai-sdk/openai-compatible", "openai.chat"],
    ["anthropic", "claude-haiku-4-5", "anthropic", {}, "anthropic", "anthropic.messages"],
    ["google", "gemini-3-flash", "google", {}, "gcp.gemini", "google.generate"],
    ["google-vertex", "gemini-3-flash", "google", {}, "gcp.vertex_ai", "google.generate"],
  ] as const)("asks %s %s where it is told to", async (...[provider, model, server, more, name, api]) => {
    const fake = fakes()[server];
    const made = make({ provider, model, how: { apiKey: "env:KEY", baseURL: fake?.url ?? "", ...more } }, vault());
    expect(made).toMatchObject({ provider: name, modelId: model });
    expect(await made.generate(hello)).toMatchObject({ text: "hi", usage: { calls: 1, inputTokens: 100, outputTokens: 20 } });
    expect(fake?.requests.at(-1)?.api).toBe(api);
  });

  it("asks what is compatible with OpenAI to hold to schemas, and to count also what it streams", async () => {
    const model = make({ provider: "ollama", model: "m", how: { apiKey: "env:KEY", baseURL: openai?.url ?? "" } }, vault());
    const response = await model.generate({ ...request, settings: {} }, { onPiece() {} });
    expect(response).toMatchObject({ usage: { inputTokens: 100 } });
    expect(response).not.toHaveProperty("warnings");
    expect(openai?.requests.at(-1)?.body).toMatchObject({ response_format: { type: "json_schema" }, stream_options: { include_usage: true } });
  });

  it("follows nobody elsewhere, so that keys stay with whom they are for", async () => {
    const elsewhere = openai?.url ?? "";
    const before = openai?.requests.length;
    await using server = createServer((_, response) => response.writeHead(307, { location: elsewhere }).end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { readonly port: number };
    const model = make({ provider: "anthropic", model: "m", how: { apiKey: "env:KEY", baseURL: `http://127.0.0.1:${port}` } }, vault());
    await expect(model.generate(hello)).rejects.toMatchObject({
      code: "MODEL_REFUSED",
      message: expect.stringContaining(`sends whoever asks elsewhere, to ${elsewhere}`),
      retryable: false,
    });
    expect(openai?.requests.length).toBe(before);
  });

  it("reaches Claude on Vertex AI", async () => {
    const authClient = { getAccessToken: async () => ({ token: FAKE_API_KEY }) };
    await using vertex = await openFakeAnthropic({ replies: [{ text: "hi" }] });
    const how = { baseURL: vertex.url, options: { project: "p", location: "l", googleAuthOptions: { authClient } } };
    const model = make({ provider: "google-vertex", model: "claude-haiku-4-5", how }, vault());
    expect([model.provider, (await model.generate(hello)).text]).toEqual(["gcp.vertex_ai", "hi"]);
  });

  it("reads no secret before the first call, and each of them once", async () => {
    const access = vault({ "env:KEY": FAKE_API_KEY, "file:token": "token-0123456789" });
    const how = {
      apiKey: "env:KEY",
      baseURL: openai?.url ?? "",
      headers: { "x-plain": "plain", "x-token": { secret: "file:token" } },
      options: { organization: "acme", project: { secret: "file:token" } },
    };
    const model = make({ provider: "openai", model: "gpt-5-mini", how }, access);
    expect(access.reads).toEqual([]);
    await Promise.all([model.generate(hello), model.generate(hello)]);
    await model.embed?.(["a"]);
    expect(access.reads.toSorted()).toEqual(["env:KEY", "file:token", "file:token"]);
    expect(openai?.requests.at(-1)?.headers).toMatchObject({
      "x-plain": "plain",
      "x-token": "token-0123456789",
      "openai-organization": "acme",
      "openai-project": "token-0123456789",
    });
  });

  it("passes on that a secret is not to be had, and tries again by the next call", async () => {
    let known = false;
    const access: MakerAccess = {
      secret: (reference) => secretOf(reference, () => (known ? Promise.resolve(FAKE_API_KEY) : Promise.reject(new Error("it is not set")))),
    };
    const model = make({ provider: "openai", model: "gpt-5-mini", how: { apiKey: "env:KEY", baseURL: openai?.url ?? "" } }, access);
    await expect(model.generate(hello)).rejects.toThrow("it is not set");
    known = true;
    expect((await model.generate(hello)).text).toBe("hi");
  });

  it("bounds the replies of requests that do not say how long they may be", async () => {
    const model = make({ provider: "ollama", model: "m", how: { apiKey: "env:KEY", baseURL: openai?.url ?? "" }, maxOutputTokens: 77 }, vault());
    expect(model.maxOutputTokens).toBe(77);
    await model.generate(hello);
    await model.generate({ ...hello, settings: { maxOutputTokens: 5 } });
    expect(openai?.requests.slice(-2).map(({ body }) => body["max_tokens"])).toEqual([77, 5]);
  });

  it("says which models take no schema, and which make no vectors", () => {
    const capabilitiesOf = (provider: string) => make({ provider, model: "m", how: {} }, vault());
    expect(capabilitiesOf("deepseek").capabilities.structuredOutput).toBe(false);
    expect(capabilitiesOf("openai").capabilities.structuredOutput).toBe(true);
    expect(["openai", "google", "mistral", "ollama"].map((provider) => typeof capabilitiesOf(provider).embed)).toEqual(Array(4).fill("function"));
    expect(["anthropic", "deepseek"].map((provider) => capabilitiesOf(provider).embed)).toEqual([undefined, undefined]);
    expect(make({ provider: "google-vertex", model: "claude-haiku-4-5", how: {} }, vault()).embed).toBeUndefined();
  });
});

describe("aiSdkModels with packages that are not there, or are something else", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "dad-ai-sdk-"));
    install(
      "esm-only",
      { exports: { ".": { import: "./index.js" } } },
      "export const createThing = () => ({ languageModel: () => ({ specificationVersion: 'v1', modelId: 'm' }) })",
    );
    install("no-factory", { main: "index.js" }, "export const created = 1; export const createThing = 2;");
    install("no-models", { main: "index.js" }, "export const createThing = () => ({});");
    install("nested", { exports: { import: { default: "./index.js" } } }, "export const createThing = () => ({});");
    install("closed", { exports: { "./other": "./index.js" } }, "export {};");
    install("broken", { main: "index.js" }, "import 'a-package-that-is-not-there';");
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function install(name: string, manifest: object, source: string): void {
    const place = join(directory, "node_modules/@x", name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: `@x/${name}`, type: "module", ...manifest }));
    writeFileSync(join(place, "index.js"), source);
  }

  it.each([
    [
      "openai",
      /^openai m could not be made: the package @ai-sdk\/openai is not installed for .*: npm install @ai-sdk\/openai$/,
      { install: "npm install @ai-sdk/openai" },
    ],
    ["openrouter", "npm install @openrouter/ai-sdk-provider", { package: "@openrouter/ai-sdk-provider" }],
    ["google-vertex", "npm install @ai-sdk/google-vertex", {}],
    ["nobody", "nobody m could not be made: nobody knows its package: give the provider a package, or a baseURL", {}],
    ["@x/no-factory", "the package @x/no-factory exports no function create…", { package: "@x/no-factory" }],
    ["@x/no-models", "what @x/no-models makes has no languageModel: npm install @x/no-models@latest", {}],
    ["@x/nested", "what @x/nested makes has no languageModel", {}],
    ["@x/closed", "the package @x/closed exports no function create…", {}],
    ["@x/esm-only", "the model m implements version v1 of the AI SDK's specification", {}],
    ["@x/broken", "could not be made: Cannot find package 'a-package-that-is-not-there'", {}],
  ] as const)("says of %s what to do", async (provider, message, details) => {
    const failing: ModelToMake = { provider, model: "m", how: {} };
    const failure = aiSdkModels({ from: directory })(failing, vault()).generate(hello);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: false, details });
    await expect(failure).rejects.toThrow(message);
  });
});

describe("aiSdkModels without what a provider needs to know", () => {
  it("says which setting is missing", async () => {
    const model = make({ provider: "google-vertex", model: "gemini-3-flash", how: {} }, vault());
    const failure = { code: "MODEL_UNAUTHORIZED", retryable: false, message: expect.stringContaining("location") as unknown };
    await expect(model.generate(hello)).rejects.toMatchObject(failure);
  });
});

describe("vectors", () => {
  it.each([
    ["openai", openFakeOpenAi, "openai.embeddings", { calls: 1, inputTokens: 100, outputTokens: 0, costUsd: 0.0001 }],
    ["mistral", openFakeOpenAi, "openai.embeddings", { calls: 1, inputTokens: 100, outputTokens: 0, costUsd: 0.0001 }],
    ["ollama", openFakeOpenAi, "openai.embeddings", { calls: 1, inputTokens: 100, outputTokens: 0, costUsd: 0.0001 }],
    // Takes 100 texts at a time, and does not count them.
    ["google", openFakeGoogle, "google.embeddings", { calls: 2, inputTokens: 0, outputTokens: 0, costUsd: null }],
  ] as const)("are made by %s, in the order of the texts", async (...[provider, open, api, usage]) => {
    await using fake = await open({ replies: ({ body }) => ({ vectors: vectorsFor(body) }) });
    const price = { inputPerMTok: 1, outputPerMTok: 0 };
    const model = make({ provider, model: "embedder", how: { apiKey: "env:KEY", baseURL: fake.url }, price }, vault());
    const texts = Array.from({ length: provider === "google" ? 150 : 3 }, (_, index) => "x".repeat(index + 1));
    const embedding = await model.embed?.(texts, { headers: { traceparent: "00-1-2-01" } });
    expect(embedding?.vectors).toEqual(texts.map(({ length }) => [length]));
    expect(fake.requests.every((request) => request.api === api && request.headers["traceparent"] === "00-1-2-01")).toBe(true);
    expect(embedding?.usage).toEqual(usage);
    expect(fake.requests).toHaveLength(usage.calls);
  });

  it("cost what they cost until one of the calls failed", async () => {
    await using fake = await openFakeGoogle({ replies: [{}, { status: 429 }] });
    const model = make({ provider: "google", model: "embedder", how: { apiKey: "env:KEY", baseURL: fake.url } }, vault());
    const texts = Array.from({ length: 150 }, () => "x");
    await expect(model.embed?.(texts)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED", retryable: true, details: { usage: { calls: 1 } } });
  });

  it("are as many as the texts, or none", async () => {
    await using fake = await openFakeOpenAi({ replies: [{ vectors: [[1]] }] });
    const model = make({ provider: "openai", model: "embedder", how: { apiKey: "env:KEY", baseURL: fake.url } }, vault());
    expect(await model.embed?.([])).toMatchObject({ vectors: [], usage: { calls: 0 } });
    await expect(model.embed?.(["a", "b"])).rejects.toMatchObject({
      code: "MODEL_REPLY_INVALID",
      message: "openai embedder gave 1 vectors for 2 texts",
    });
  });

  it("are refused where a provider has no models for them", async () => {
    const model = make(
      { provider: "the-company", model: "claude", how: { package: "@ai-sdk/google-vertex/anthropic", options: { project: "p", location: "l" } } },
      vault(),
    );
    await expect(model.embed?.(["a"])).rejects.toMatchObject({ code: "MODEL_REFUSED", message: "the-company claude makes no vectors" });
  });
});

function vectorsFor(body: Readonly<Record<string, unknown>>): readonly (readonly number[])[] {
  const requests = body["requests"] as readonly { readonly content: { readonly parts: readonly { readonly text: string }[] } }[] | undefined;
  const texts = (body["input"] as readonly string[] | undefined) ?? requests?.map(({ content }) => content.parts[0]?.text ?? "") ?? [];
  return texts.map(({ length }) => [length]);
}
