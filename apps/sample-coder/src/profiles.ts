import type { ProfileDefinition } from "@dad/resources";
import { openRecordedModel } from "@dad/resources/recorded";
import { aiSdkModel } from "@dad/resources-ai-sdk";

/** Where the model `coder` comes from. Provider packages are loaded, and keys looked for, only when a model is asked. */
export const profiles = {
  recorded: {
    note: "the model is a recording: nobody was called and nothing was paid",
    models: { coder: () => openRecordedModel({ file: new URL("../coder.tape.json", import.meta.url) }) },
  },
  anthropic: {
    models: {
      coder: aiSdkModel({
        provider: "anthropic",
        modelId: "claude-sonnet-4-5",
        model: async () => (await import("@ai-sdk/anthropic")).anthropic("claude-sonnet-4-5"),
        price: { inputPerMTok: 3, outputPerMTok: 15, cachedInputPerMTok: 0.3 },
      }),
    },
  },
  openai: {
    models: {
      coder: aiSdkModel({
        provider: "openai",
        modelId: "gpt-5",
        model: async () => (await import("@ai-sdk/openai")).openai("gpt-5"),
        price: { inputPerMTok: 1.25, outputPerMTok: 10, cachedInputPerMTok: 0.125 },
      }),
    },
  },
} satisfies Record<string, ProfileDefinition>;

/** The provider whose key there is, or else the recording. */
export function profileFor(env: Readonly<Record<string, string | undefined>>): keyof typeof profiles {
  if (env.ANTHROPIC_API_KEY) return "anthropic";
  return env.OPENAI_API_KEY ? "openai" : "recorded";
}
