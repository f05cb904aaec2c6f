import type { ModelCapabilities, ModelToMake } from "@dad/resources";
import { providerName } from "./provider-name.ts";

/** Which package speaks to a provider, and what is to be known about it. */
export interface ProviderPackage {
  /** What `npm install` takes. */
  readonly name: string;
  /** What is imported. */
  readonly specifier: string;
  /** By the OpenTelemetry GenAI conventions. */
  readonly provider: string;
  /** What its factory gets besides what the profile says. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly capabilities: Partial<ModelCapabilities>;
  /** Whether it may have models that make vectors. */
  readonly embeds: boolean;
}

const COMPATIBLE = "@ai-sdk/openai-compatible";

/** Those that have a package of their name in the AI SDK. */
const OF_THE_AI_SDK: readonly string[] = [
  "alibaba",
  "amazon-bedrock",
  "anthropic",
  "azure",
  "baseten",
  "cerebras",
  "cohere",
  "deepinfra",
  "deepseek",
  "fireworks",
  "gateway",
  "google",
  "google-vertex",
  "groq",
  "huggingface",
  "mistral",
  "moonshotai",
  "openai",
  "openai-compatible",
  "perplexity",
  "togetherai",
  "vercel",
  "xai",
];

const OF_OTHERS: Readonly<Record<string, string>> = { openrouter: "@openrouter/ai-sdk-provider" };

/** Where servers on the machine itself listen that are compatible with OpenAI. */
const LOCAL: Readonly<Record<string, string>> = { ollama: "http://127.0.0.1:11434/v1", lmstudio: "http://127.0.0.1:1234/v1" };

const WITHOUT_VECTORS: readonly string[] = ["anthropic", "cerebras", "deepseek", "groq", "huggingface", "moonshotai", "perplexity", "vercel", "xai"];

/** They take a request for JSON, and have no place for a schema. */
const WITHOUT_SCHEMAS: readonly string[] = ["deepseek"];

/** `undefined` for a provider that nobody knows: it has to say its package, or, as one that is compatible with OpenAI, its `baseURL`. */
export function providerPackage({ provider, model, how }: Pick<ModelToMake, "provider" | "model" | "how">): ProviderPackage | undefined {
  const name = packageName(provider, how.package, how.baseURL);
  if (name === undefined) return undefined;
  const short = shortName(name, provider);
  // Claude is reached in another way than Gemini.
  const claude = short === "google-vertex" && model.startsWith("claude");
  return {
    name,
    specifier: claude ? `${name}/anthropic` : name,
    provider: providerName(short),
    settings: name === COMPATIBLE ? compatibleSettings(provider) : {},
    capabilities: WITHOUT_SCHEMAS.includes(short) ? { structuredOutput: false } : {},
    embeds: !claude && !WITHOUT_VECTORS.includes(short),
  };
}

function packageName(provider: string, given: string | undefined, baseURL: string | undefined): string | undefined {
  if (given !== undefined) return given;
  // The name of a package in the place of a provider.
  if (provider.includes("/")) return provider;
  if (OF_THE_AI_SDK.includes(provider)) return `@ai-sdk/${provider}`;
  if (Object.hasOwn(OF_OTHERS, provider)) return OF_OTHERS[provider];
  return Object.hasOwn(LOCAL, provider) || baseURL !== undefined ? COMPATIBLE : undefined;
}

/** `azure` also for a provider that a profile calls otherwise. */
function shortName(name: string, provider: string): string {
  return name !== COMPATIBLE && name.startsWith("@ai-sdk/") ? name.slice("@ai-sdk/".length) : provider;
}

/** Servers of today hold replies to schemas, and tell what a stream used when they are asked to. */
function compatibleSettings(provider: string): ProviderPackage["settings"] {
  const baseURL = Object.hasOwn(LOCAL, provider) ? { baseURL: LOCAL[provider] } : {};
  return { name: provider, includeUsage: true, supportsStructuredOutputs: true, ...baseURL };
}
