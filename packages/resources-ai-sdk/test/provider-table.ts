import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  FAKE_API_KEY,
  type FakeProvider,
  type FakeProviderOptions,
  openFakeAnthropic,
  openFakeBedrock,
  openFakeGoogle,
  openFakeOpenAi,
} from "@dad/fake-providers";
import type { ModelRequest, ModelResource } from "@dad/resources";
import { aiSdkModel } from "@dad/resources-ai-sdk";
import { createAnthropic as createAnthropic2 } from "ai-sdk-anthropic-2";
import { createOpenAI as createOpenAI2 } from "ai-sdk-openai-2";
import { createOpenAI as createOpenAI3 } from "ai-sdk-openai-3";
import { expect } from "vitest";

/** One provider package with one API. */
export interface ProviderCase {
  readonly name: string;
  readonly provider: string;
  open(options: FakeProviderOptions): Promise<FakeProvider>;
  modelOf(server: Pick<FakeProvider, "url">, apiKey?: string): ModelResource;
  /** Where the API has the parts of the request. */
  readonly sent: Readonly<Record<string, unknown>>;
  /** What a model says of a seed. */
  readonly seedWarnings: readonly string[];
  /** Who answered, by their own word. */
  readonly answeredBy: string;
  /** Whether what was written to a cache is told. Default `true`. */
  readonly tellsWrites?: boolean;
  /** Whether replies have names. Default `true`. */
  readonly namesReplies?: boolean;
  /** Older packages do not read that the model refuses. */
  readonly tellsRefusals: boolean;
}

export const request: ModelRequest = {
  system: "You count words.",
  messages: [
    { role: "user", content: "one two" },
    { role: "assistant", content: "2" },
    { role: "user", content: "one two three" },
  ],
  output: {
    name: "word_count",
    schema: { type: "object", properties: { words: { type: "integer" } }, required: ["words"], additionalProperties: false },
  },
  settings: { maxOutputTokens: 64, temperature: 0.25 },
};
export const hello: ModelRequest = { messages: [{ role: "user", content: "hello" }] };
export const price = { inputPerMTok: 2, outputPerMTok: 10, cachedInputPerMTok: 0.5, cacheWritePerMTok: 2.5 };

const schema = expect.objectContaining({ properties: { words: { type: "integer" } } }) as unknown;
const unsupportedSeed = ["unsupported: seed"];

const responsesSent = {
  model: "gpt-4.1-mini",
  input: [
    { role: "system", content: "You count words." },
    { role: "user", content: [{ type: "input_text", text: "one two" }] },
    { role: "assistant", content: expect.anything() as unknown },
    { role: "user", content: [{ type: "input_text", text: "one two three" }] },
  ],
  max_output_tokens: 64,
  temperature: 0.25,
  text: { format: { type: "json_schema", name: "word_count", strict: expect.any(Boolean) as unknown, schema } },
};

const chatSent = {
  messages: [
    { role: "system", content: "You count words." },
    { role: "user", content: "one two" },
    { role: "assistant", content: "2" },
    { role: "user", content: "one two three" },
  ],
  max_tokens: 64,
  temperature: 0.25,
  response_format: { type: "json_schema", json_schema: { name: "word_count", strict: expect.any(Boolean) as unknown, schema } },
};

const anthropicSent = {
  system: [{ type: "text", text: "You count words." }],
  messages: [
    { role: "user", content: [{ type: "text", text: "one two" }] },
    { role: "assistant", content: [{ type: "text", text: "2" }] },
    { role: "user", content: [{ type: "text", text: "one two three" }] },
  ],
  max_tokens: 64,
  temperature: 0.25,
};

const googleSent = {
  systemInstruction: { parts: [{ text: "You count words." }] },
  contents: [
    { role: "user", parts: [{ text: "one two" }] },
    { role: "model", parts: [{ text: "2" }] },
    { role: "user", parts: [{ text: "one two three" }] },
  ],
  generationConfig: expect.objectContaining({ maxOutputTokens: 64, temperature: 0.25, responseMimeType: "application/json" }) as unknown,
};

const openai = { provider: "openai", answeredBy: "gpt-4.1-mini-2026-10-01", open: openFakeOpenAi, tellsRefusals: true } as const;
const anthropic = {
  provider: "anthropic",
  answeredBy: "claude-haiku-4-5-20261001",
  open: openFakeAnthropic,
  tellsRefusals: true,
  seedWarnings: unsupportedSeed,
} as const;
const gpt = "gpt-4.1-mini";
const claude = "claude-haiku-4-5";

export const providerCases: readonly ProviderCase[] = [
  {
    ...openai,
    name: "OpenAI responses",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createOpenAI({ baseURL, apiKey })(gpt), price }),
    sent: responsesSent,
    seedWarnings: unsupportedSeed,
  },
  {
    ...openai,
    name: "OpenAI responses, version 3 of the specification",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createOpenAI3({ baseURL, apiKey })(gpt), price }),
    sent: responsesSent,
    seedWarnings: unsupportedSeed,
  },
  {
    ...openai,
    name: "OpenAI responses, version 2 of the specification",
    tellsWrites: false,
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createOpenAI2({ baseURL, apiKey })(gpt), price }),
    sent: responsesSent,
    seedWarnings: unsupportedSeed,
    tellsRefusals: false,
  },
  {
    ...openai,
    name: "OpenAI chat",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createOpenAI({ baseURL, apiKey }).chat(gpt), price }),
    sent: chatSent,
    seedWarnings: [],
  },
  {
    ...openai,
    name: "OpenAI chat, version 2 of the specification",
    tellsWrites: false,
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createOpenAI2({ baseURL, apiKey }).chat(gpt), price }),
    sent: chatSent,
    seedWarnings: [],
    tellsRefusals: false,
  },
  {
    ...openai,
    name: "a server that is compatible with OpenAI",
    tellsWrites: false,
    provider: "ollama",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) =>
      aiSdkModel({
        model: createOpenAICompatible({ name: "ollama", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true })(gpt),
        price,
      }),
    sent: chatSent,
    seedWarnings: [],
  },
  {
    ...anthropic,
    name: "Anthropic messages",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createAnthropic({ baseURL, apiKey })(claude), price }),
    sent: { ...anthropicSent, output_config: { format: { type: "json_schema", schema } } },
  },
  {
    ...anthropic,
    name: "Anthropic messages, version 2 of the specification",
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createAnthropic2({ baseURL, apiKey })(claude), price }),
    sent: anthropicSent,
  },
  {
    name: "Gemini",
    tellsWrites: false,
    provider: "gcp.gemini",
    answeredBy: "gemini-3-flash",
    open: openFakeGoogle,
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) => aiSdkModel({ model: createGoogle({ baseURL, apiKey })("gemini-3-flash"), price }),
    sent: googleSent,
    seedWarnings: [],
    tellsRefusals: true,
  },
  {
    name: "Bedrock",
    namesReplies: false,
    provider: "aws.bedrock",
    open: openFakeBedrock,
    modelOf: ({ url: baseURL }, apiKey = FAKE_API_KEY) =>
      aiSdkModel({ model: createAmazonBedrock({ baseURL, apiKey, region: "eu-central-1" })("anthropic.claude-haiku-4-5"), price }),
    sent: {
      system: [{ text: "You count words." }],
      messages: [
        { role: "user", content: [{ text: "one two" }] },
        { role: "assistant", content: [{ text: "2" }] },
        { role: "user", content: [{ text: "one two three" }] },
      ],
      inferenceConfig: { maxTokens: 64, temperature: 0.25 },
    },
    answeredBy: "anthropic.claude-haiku-4-5",
    seedWarnings: unsupportedSeed,
    tellsRefusals: true,
  },
];
