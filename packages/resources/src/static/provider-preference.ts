import { nearestName } from "@dad/protocol";
import type { ProviderDefinition } from "../profile-definition.ts";

interface Family {
  readonly model: RegExp;
  readonly providers: readonly string[];
}

/**
 * Who has the models of a family, by their names, in the order of preference: whoever makes them, then others.
 * The first that fits counts.
 */
const FAMILIES: readonly Family[] = [
  { model: /^(?:(?:us|eu|apac|jp|au|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|ai21|qwen|openai)\./, providers: ["amazon-bedrock"] },
  { model: /\//, providers: ["openrouter", "gateway", "togetherai", "fireworks", "deepinfra", "huggingface", "groq"] },
  { model: /^claude/, providers: ["anthropic", "amazon-bedrock", "google-vertex"] },
  { model: /^(?:gpt-oss|llama|gemma|qwen|qwq)/, providers: ["groq", "cerebras", "togetherai", "fireworks", "alibaba", "ollama"] },
  { model: /^(?:gpt|chatgpt|o\d|codex|computer-use|text-embedding-(?:3|ada))/, providers: ["openai", "azure"] },
  { model: /^(?:gemini|text-embedding-00|imagen)/, providers: ["google-vertex", "google"] },
  { model: /^deepseek/, providers: ["deepseek", "azure", "ollama"] },
  { model: /^(?:open-)?(?:mi[sx]tral|magistral|ministral|codestral|pixtral|devstral)/, providers: ["mistral", "azure", "ollama"] },
  { model: /^grok/, providers: ["xai", "azure"] },
  { model: /^(?:command|c4ai|embed-)/, providers: ["cohere", "azure"] },
  { model: /^sonar/, providers: ["perplexity"] },
  { model: /^(?:kimi|moonshot)/, providers: ["moonshotai", "groq"] },
];

const KNOWN: readonly string[] = [...new Set(FAMILIES.flatMap(({ providers }) => providers)), "openai-compatible", "vercel", "baseten", "lmstudio"];

export interface ProviderWish {
  readonly model: string;
  readonly provider?: string | readonly string[];
}

/** The provider for a model, or what to say when there is none, with those that could serve it. */
export type ProviderChoice = { readonly provider: string } | { readonly problem: string; readonly candidates: readonly string[] };

/** Chooses the first of the providers of a profile that has the model. */
export function chosenProvider({ model, provider }: ProviderWish, providers: Readonly<Record<string, ProviderDefinition>>): ProviderChoice {
  if (typeof provider === "string") return named(provider, providers);
  const family = provider ?? FAMILIES.find((known) => known.model.test(model.toLowerCase()))?.providers;
  const there = Object.keys(providers);
  const [only] = there;
  // Nobody knows the name: the profile has been made for it.
  if (!family) return only !== undefined && there.length === 1 ? { provider: only } : unknownModel(model, there);
  const chosen = family.flatMap((candidate) => there.find((key) => isProvider(key, candidate, providers)) ?? [])[0];
  if (chosen !== undefined) return { provider: chosen };
  const whose = family.length === 1 ? "has" : "have";
  return {
    problem: `${listed(family)} ${whose} ${model}, and the profile ${there.length === 0 ? "names no providers" : `has ${there.join(", ")}`}: add one of those to its providers${elsewhere(provider)}`,
    candidates: family,
  };
}

function elsewhere(provider: ProviderWish["provider"]): string {
  return provider === undefined ? ", or say of the model which provider it is of" : "";
}

/** Also a provider of another name whose package says which one it is. */
function isProvider(key: string, candidate: string, providers: Readonly<Record<string, ProviderDefinition>>): boolean {
  return key === candidate || providers[key]?.package === `@ai-sdk/${candidate}`;
}

function named(provider: string, providers: Readonly<Record<string, ProviderDefinition>>): ProviderChoice {
  const there = Object.keys(providers);
  if (Object.hasOwn(providers, provider) || KNOWN.includes(provider) || provider.includes("/")) return { provider };
  const meant = nearestName(provider, [...there, ...KNOWN]);
  return {
    problem: `nobody knows the provider "${provider}"${meant === undefined ? "." : `; did you mean ${meant}?`} One of your own stands among the providers of the profile, with its package`,
    candidates: meant === undefined ? [] : [meant],
  };
}

function unknownModel(model: string, there: readonly string[]): ProviderChoice {
  return {
    problem: `nobody knows who has ${model}: say of the model which provider it is of${there.length === 0 ? "" : `; there are ${there.join(", ")}`}`,
    candidates: there,
  };
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
