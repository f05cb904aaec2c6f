import type {
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV2StreamPart,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV4,
  LanguageModelV4CallOptions,
} from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { type AiSdkEmbeddingModel, embeddingModelOf, languageModelOf } from "./older-versions.ts";

const names = { provider: "acme.chat", modelId: "acme-1", supportedUrls: {} };
const usage3 = {
  inputTokens: { total: 9, noCache: 5, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 3, text: 2, reasoning: 1 },
};
const asked: LanguageModelV4CallOptions = {
  prompt: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "hello" },
        { type: "file", mediaType: "image/png", data: { type: "data", data: "AQID" } },
      ],
    },
  ],
  maxOutputTokens: 7,
  reasoning: "high",
};
const lost = { type: "unsupported", feature: "reasoningEffort", details: expect.any(String) as unknown };

describe("languageModelOf", () => {
  it("gives a model of version 4 as it is, and refuses one of version 1", () => {
    const model = { ...names, specificationVersion: "v4" } as LanguageModelV4;
    expect(languageModelOf(model)).toBe(model);
    const older = { ...names, specificationVersion: "v1" } as unknown as LanguageModelV4;
    expect(() => languageModelOf(older)).toThrow("the model acme-1 implements version v1 of the AI SDK's specification");
  });

  it("asks one of version 3 as it wants to be asked, and says what it cannot be asked for", async () => {
    const heard: LanguageModelV3CallOptions[] = [];
    const model: LanguageModelV3 = {
      ...names,
      specificationVersion: "v3",
      async doGenerate(options) {
        heard.push(options);
        const warnings = [{ type: "unsupported" as const, feature: "topK" }];
        const content = [{ type: "file" as const, mediaType: "image/png", data: "BAUG" }];
        return { content, finishReason: { unified: "stop", raw: "end" }, usage: usage3, warnings };
      },
      doStream: () => Promise.reject(new TypeError("not asked for")),
    };
    const result = await languageModelOf(model).doGenerate(asked);
    expect(heard).toEqual([
      {
        prompt: [
          asked.prompt[0],
          {
            role: "user",
            content: [
              { type: "text", text: "hello" },
              { type: "file", mediaType: "image/png", data: "AQID" },
            ],
          },
        ],
        maxOutputTokens: 7,
      },
    ]);
    expect(result).toMatchObject({
      content: [{ type: "file", mediaType: "image/png", data: { type: "data", data: "BAUG" } }],
      finishReason: { unified: "stop", raw: "end" },
      usage: usage3,
      warnings: [{ type: "unsupported", feature: "topK" }, lost],
    });
  });

  it("says nothing of an effort that was not asked for", async () => {
    const { reasoning: _left, ...plain } = asked;
    const model = version2([{ type: "stream-start", warnings: [] }]);
    const { stream } = await languageModelOf(model).doStream(plain);
    expect(await partsOf(stream)).toEqual([{ type: "stream-start", warnings: [] }]);
  });

  it("hears the stream of one of version 2 as one of version 4", async () => {
    const model = version2([
      {
        type: "stream-start",
        warnings: [
          { type: "unsupported-setting", setting: "topK", details: "ignored" },
          { type: "unsupported-tool", tool: { type: "function", name: "search", inputSchema: {} } },
          { type: "other", message: "beware" },
        ],
      },
      { type: "file", mediaType: "image/png", data: new Uint8Array([1]) },
      { type: "text-delta", id: "a", delta: "hi" },
      {
        type: "finish",
        finishReason: "unknown",
        usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12, cachedInputTokens: 4, reasoningTokens: 1 },
      },
    ]);
    const { stream } = await languageModelOf(model).doStream(asked);
    expect(await partsOf(stream)).toEqual([
      {
        type: "stream-start",
        warnings: [
          { type: "unsupported", feature: "topK", details: "ignored" },
          { type: "unsupported", feature: "the tool search" },
          { type: "other", message: "beware" },
          lost,
        ],
      },
      { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1]) } },
      { type: "text-delta", id: "a", delta: "hi" },
      expect.objectContaining({
        type: "finish",
        finishReason: { unified: "other", raw: "unknown" },
        usage: {
          inputTokens: { total: 9, noCache: undefined, cacheRead: 4, cacheWrite: undefined },
          outputTokens: { total: 3, text: undefined, reasoning: 1 },
        },
      }),
    ]);
  });

  it("counts all of the input of Anthropic, of which version 2 leaves out what was cached", async () => {
    const model = version2([
      {
        type: "finish",
        finishReason: "stop",
        usage: { inputTokens: 5, outputTokens: 3, totalTokens: 8, cachedInputTokens: 40 },
        providerMetadata: { anthropic: { cacheCreationInputTokens: 600 } },
      },
    ]);
    const { stream } = await languageModelOf(model).doStream(asked);
    expect(await partsOf(stream)).toEqual([
      expect.objectContaining({ usage: expect.objectContaining({ inputTokens: { total: 645, cacheRead: 40, cacheWrite: 600 } }) as unknown }),
    ]);
  });
});

describe("embeddingModelOf", () => {
  it("gives what speaks a version that is known, and refuses all else", () => {
    for (const specificationVersion of ["v2", "v3", "v4"]) {
      const model = { ...names, specificationVersion } as unknown as EmbeddingModelV4;
      expect(embeddingModelOf(model)).toBe(model);
    }
    expect(() => embeddingModelOf({ ...names, specificationVersion: "v1" } as unknown as AiSdkEmbeddingModel)).toThrow("implements version v1");
  });
});

function version2(parts: readonly LanguageModelV2StreamPart[]): LanguageModelV2 {
  return {
    ...names,
    specificationVersion: "v2",
    doGenerate: () => Promise.reject(new TypeError("not asked for")),
    doStream: async () => ({ stream: ReadableStream.from<LanguageModelV2StreamPart>(parts) }),
  };
}

async function partsOf<Part>(stream: ReadableStream<Part>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
