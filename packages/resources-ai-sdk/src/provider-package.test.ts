import { describe, expect, it } from "vitest";
import { providerPackage } from "./provider-package.ts";

describe("providerPackage", () => {
  it.each([
    ["openai", {}, "@ai-sdk/openai", "openai"],
    ["xai", {}, "@ai-sdk/xai", "x_ai"],
    ["amazon-bedrock", {}, "@ai-sdk/amazon-bedrock", "aws.bedrock"],
    ["openai", { baseURL: "https://proxy.example" }, "@ai-sdk/openai", "openai"],
    ["openrouter", {}, "@openrouter/ai-sdk-provider", "openrouter"],
    ["@openrouter/ai-sdk-provider", {}, "@openrouter/ai-sdk-provider", "@openrouter/ai-sdk-provider"],
    ["the-company", { package: "@ai-sdk/mistral" }, "@ai-sdk/mistral", "mistral_ai"],
    ["ollama", {}, "@ai-sdk/openai-compatible", "ollama"],
    ["our-own", { baseURL: "http://10.0.0.1/v1" }, "@ai-sdk/openai-compatible", "our-own"],
  ])("reaches %s %j by %s, and calls it %s", (...[provider, how, name, called]) => {
    expect(providerPackage({ provider, model: "m", how })).toMatchObject({ name, specifier: name, provider: called });
  });

  it("reaches Claude on Vertex AI in another way than Gemini", () => {
    const specifierOf = (model: string) => providerPackage({ provider: "google-vertex", model, how: {} })?.specifier;
    expect([specifierOf("claude-haiku-4-5"), specifierOf("gemini-3-flash")]).toEqual(["@ai-sdk/google-vertex/anthropic", "@ai-sdk/google-vertex"]);
  });

  it("knows where servers on the machine listen", () => {
    expect(providerPackage({ provider: "ollama", model: "m", how: {} })?.settings).toMatchObject({
      name: "ollama",
      baseURL: "http://127.0.0.1:11434/v1",
    });
  });

  it.each(["nobody", "constructor"])("knows nothing of %s", (provider) => {
    expect(providerPackage({ provider, model: "m", how: {} })).toBeUndefined();
  });
});
