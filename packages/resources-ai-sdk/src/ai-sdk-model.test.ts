import { type LanguageModelV4, type LanguageModelV4GenerateResult, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { ModelRequest } from "@dad/resources";
import { describe, expect, it, vi } from "vitest";
import { aiSdkModel } from "./ai-sdk-model.ts";

const request: ModelRequest = { messages: [{ role: "user", content: "hello" }] };
const uncounted = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

function fake(result: Partial<LanguageModelV4GenerateResult> | Error, more: Partial<LanguageModelV4> = {}): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "acme.chat",
    modelId: "acme-1",
    supportedUrls: {},
    doStream: () => Promise.reject(new TypeError("not asked for")),
    doGenerate: async () => {
      if (result instanceof Error) throw result;
      return { content: [{ type: "text", text: "hi" }], finishReason: { unified: "stop", raw: "stop" }, usage: uncounted, warnings: [], ...result };
    },
    ...more,
  };
}

describe("aiSdkModel", () => {
  it.each([
    ["acme.chat", "acme"],
    ["google.generative-ai", "gcp.gemini"],
    ["google.vertex.chat", "gcp.vertex_ai"],
    ["amazon-bedrock", "aws.bedrock"],
    ["azure.responses", "azure.ai.openai"],
    ["xai.chat", "x_ai"],
    ["constructor", "constructor"],
  ])("calls the provider %s %s, as the OpenTelemetry conventions do", (provider, name) => {
    expect(aiSdkModel({ model: fake({}, { provider }) })).toMatchObject({ provider: name, modelId: "acme-1" });
  });

  it("joins the parts of the text and leaves out what is no text", async () => {
    const content = [
      { type: "text" as const, text: "hel" },
      { type: "reasoning" as const, text: "hmm" },
      { type: "text" as const, text: "lo" },
    ];
    expect((await aiSdkModel({ model: fake({ content }) }).generate(request)).text).toBe("hello");
  });

  it("parses the final answer where the provider tells it from drafts", async () => {
    const content = [
      { type: "text" as const, text: "draft" },
      { type: "text" as const, text: '{"a":1}' },
    ];
    const model = aiSdkModel({ model: fake({ content, structuredOutputText: '{"a":1}' }) });
    expect((await model.generate({ ...request, output: { name: "a", schema: {} } })).structured).toEqual({ a: 1 });
  });

  it("knows no cost without a price, nor when the provider does not count", async () => {
    const price = { inputPerMTok: 1, outputPerMTok: 1 };
    const counted = {
      inputTokens: { ...uncounted.inputTokens, total: 1_000_000, cacheRead: 400_000 },
      outputTokens: { ...uncounted.outputTokens, total: 0 },
    };
    const costs = [
      await aiSdkModel({ model: fake({ usage: counted }) }).generate(request),
      await aiSdkModel({ model: fake({ usage: uncounted }), price }).generate(request),
      await aiSdkModel({ model: fake({ usage: counted }), price }).generate(request),
    ].map(({ usage }) => usage.costUsd);
    expect(costs).toEqual([null, null, 1]);
  });

  it("passes on the warnings of the provider", async () => {
    const warnings: LanguageModelV4GenerateResult["warnings"] = [
      { type: "unsupported", feature: "topP", details: "ignored" },
      { type: "deprecated", setting: "user", message: "use id" },
      { type: "other", message: "beware" },
    ];
    const response = await aiSdkModel({ model: fake({ warnings }) }).generate(request);
    expect(response.warnings).toEqual(["unsupported: topP (ignored)", "deprecated: user (use id)", "beware"]);
  });

  it.each([
    [new UnsupportedFunctionalityError({ functionality: "files" }), "MODEL_REFUSED"],
    [new TypeError("x is not a function"), "MODEL_UNAVAILABLE"],
  ])("turns %s into %s, which is not to be tried again", async (thrown, code) => {
    await expect(aiSdkModel({ model: fake(thrown) }).generate(request)).rejects.toMatchObject({ code, retryable: false, cause: thrown });
  });

  it("refuses a model of another specification", () => {
    const old = { ...fake({}), specificationVersion: "v3" } as unknown as LanguageModelV4;
    expect(() => aiSdkModel({ model: old })).toThrow(
      new TypeError("the model acme-1 implements version v3 of the AI SDK's specification, not v4; use a newer version of its provider package"),
    );
  });
});

describe("aiSdkModel with a factory", () => {
  const names = { provider: "acme", modelId: "acme-1" };

  it("makes the model by the first call, and once for calls at the same time", async () => {
    const make = vi.fn<() => Promise<LanguageModelV4>>(async () => fake({}));
    const model = aiSdkModel({ ...names, model: make });
    expect(make).not.toHaveBeenCalled();
    await Promise.all([model.generate(request), model.generate(request)]);
    expect(make).toHaveBeenCalledOnce();
  });

  it("says that the model could not be made, and tries again by the next call", async () => {
    const make = vi
      .fn<() => LanguageModelV4>(() => fake({}))
      .mockImplementationOnce(() => {
        throw new Error("Cannot find package '@ai-sdk/acme'");
      });
    const model = aiSdkModel({ ...names, model: make });
    await expect(model.generate(request)).rejects.toMatchObject({
      code: "MODEL_UNAVAILABLE",
      retryable: false,
      message: "acme acme-1 could not be made: Cannot find package '@ai-sdk/acme'",
    });
    expect((await model.generate(request)).text).toBe("hi");
  });

  it("makes nothing when the call is aborted already", async () => {
    const make = vi.fn<() => LanguageModelV4>(() => fake({}));
    await expect(aiSdkModel({ ...names, model: make }).generate(request, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(make).not.toHaveBeenCalled();
  });
});
