import { AsyncLocalStorage } from "node:async_hooks";
import {
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamPart,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { messageOfReply, type ModelPiece, type ModelRequest } from "@dad/resources";
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
    await expect(aiSdkModel({ model: fake(thrown) }).generate(request)).rejects.toMatchObject({
      code,
      retryable: false,
      cause: { name: thrown.name, message: thrown.message },
    });
  });

  it("refuses a model of another specification", () => {
    const old = { ...fake({}), specificationVersion: "v1" } as unknown as LanguageModelV4;
    expect(() => aiSdkModel({ model: old })).toThrow(
      new TypeError(
        "the model acme-1 implements version v1 of the AI SDK's specification, and versions v2, v3 and v4 are spoken here; use another version of its provider package",
      ),
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

  it("makes the model in the async context of who made this one, not of the first run that asks", async () => {
    const who = new AsyncLocalStorage<string>();
    const make = vi.fn<() => LanguageModelV4>(() => fake({}, { modelId: who.getStore() ?? "nobody" }));
    const model = who.run("host", () => aiSdkModel({ ...names, model: make }));
    await who.run("run1", () => model.generate(request));
    expect(make).toHaveReturnedWith(expect.objectContaining({ modelId: "host" }));
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

describe("aiSdkModel with more than text", () => {
  /** What the model is asked, when it replies with this content. */
  function listening(content: LanguageModelV4GenerateResult["content"]) {
    const asked: LanguageModelV4CallOptions[] = [];
    const doGenerate: LanguageModelV4["doGenerate"] = async (options) => {
      asked.push(options);
      return { content, finishReason: { unified: "tool-calls", raw: undefined }, usage: uncounted, warnings: [] };
    };
    return { model: aiSdkModel({ model: fake({}, { doGenerate }) }), asked };
  }

  it("sends thoughts and calls back as they came, with what their provider wants of them", async () => {
    const { model, asked } = listening([
      { type: "reasoning", text: "hmm", providerMetadata: { acme: { signature: "s1" } } },
      { type: "tool-call", toolCallId: "1", toolName: "search", input: '{"q":"x"}', providerMetadata: { acme: { signature: "s2" } } },
    ]);
    const reply = await model.generate(request);
    expect(reply).toMatchObject({ text: "", finishReason: "tool-calls" });
    const result = { type: "tool-result", callId: "1", tool: "search", result: "none", failed: true } as const;
    await model.generate({ messages: [...request.messages, messageOfReply(reply), { role: "tool", content: [result] }] });
    expect(asked[1]?.prompt.slice(1)).toEqual([
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hmm", providerOptions: { acme: { signature: "s1" } } },
          { type: "tool-call", toolCallId: "1", toolName: "search", input: { q: "x" }, providerOptions: { acme: { signature: "s2" } } },
        ],
      },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "search", output: { type: "error-text", value: "none" } }] },
    ]);
  });

  it.each([
    ['{"q":', '{"q":', { input: '{"q":' }],
    ["[1]", [1], { input: [1] }],
    ["", {}, {}],
  ])("gives the input %j of a call as %j, and sends back an object", async (input, given, sent) => {
    const { model, asked } = listening([{ type: "tool-call", toolCallId: "1", toolName: "search", input }]);
    const reply = await model.generate(request);
    expect(reply.content).toEqual([{ type: "tool-call", callId: "1", tool: "search", input: given }]);
    await model.generate({ messages: [messageOfReply(reply)] });
    expect(asked[1]?.prompt[0]?.content).toMatchObject([{ input: sent }]);
  });

  it("gives files as base64, and says of one that it cannot", async () => {
    const { model } = listening([
      { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1, 2, 3]) } },
      { type: "file", mediaType: "image/png", data: { type: "data", data: "BAUG" } },
      { type: "file", mediaType: "image/png", data: { type: "url", url: new URL("https://files.example/a.png") } },
    ]);
    const reply = await model.generate(request);
    expect(reply.content).toEqual(["AQID", "BAUG"].map((data) => ({ type: "file", mediaType: "image/png", data })));
    expect(reply.warnings).toEqual(["left out: a file of the type image/png that the provider gives as the address https://files.example/a.png"]);
  });

  it("leaves out what it did not say itself, such as a call that the provider has executed", async () => {
    const { model } = listening([
      { type: "text", text: "hi" },
      { type: "tool-call", toolCallId: "1", toolName: "web", input: "{}", providerExecuted: true },
    ]);
    expect(await model.generate(request)).not.toHaveProperty("content");
  });

  it("sends files, tools, the effort of reasoning and what only one provider has", async () => {
    const { model, asked } = listening([]);
    const file = { type: "file", mediaType: "application/pdf", data: "JVBERg==", name: "a.pdf" } as const;
    await model.generate({
      messages: [{ role: "user", content: [file] }],
      tools: [{ name: "search", description: "Finds.", inputSchema: { type: "object" } }],
      toolChoice: { tool: "search" },
      settings: { reasoningEffort: "high", providerOptions: { acme: { store: false } }, seed: 1 },
    });
    expect(asked).toEqual([
      {
        prompt: [
          {
            role: "user",
            content: [{ type: "file", mediaType: "application/pdf", data: { type: "data", data: "JVBERg==" }, filename: "a.pdf" }],
          },
        ],
        tools: [{ type: "function", name: "search", description: "Finds.", inputSchema: { type: "object" } }],
        toolChoice: { type: "tool", toolName: "search" },
        reasoning: "high",
        providerOptions: { acme: { store: false } },
        seed: 1,
      },
    ]);
  });
});

describe("aiSdkModel with a hearer", () => {
  const finish: LanguageModelV4StreamPart = { type: "finish", usage: uncounted, finishReason: { unified: "stop", raw: "stop" } };

  function streaming(...parts: LanguageModelV4StreamPart[]) {
    const stream = ReadableStream.from<LanguageModelV4StreamPart>(parts);
    return aiSdkModel({ model: fake(new TypeError("not asked for"), { doStream: async () => ({ stream }) }) });
  }

  it("puts the parts together in the order in which they began", async () => {
    const pieces: ModelPiece[] = [];
    const model = streaming(
      { type: "stream-start", warnings: [{ type: "other", message: "beware" }] },
      { type: "response-metadata", modelId: "acme-1-2026" },
      { type: "reasoning-start", id: "r" },
      { type: "text-start", id: "a" },
      { type: "reasoning-delta", id: "r", delta: "hmm" },
      { type: "text-delta", id: "a", delta: "hel" },
      { type: "text-delta", id: "a", delta: "" },
      { type: "reasoning-end", id: "r", providerMetadata: { acme: { signature: "s" } } },
      { type: "text-delta", id: "a", delta: "lo" },
      { type: "text-end", id: "a" },
      { type: "tool-input-start", id: "1", toolName: "search" },
      { type: "tool-call", toolCallId: "1", toolName: "search", input: "{}" },
      finish,
    );
    expect(await model.generate(request, { onPiece: (piece) => void pieces.push(piece) })).toEqual({
      text: "hello",
      content: [
        { type: "reasoning", text: "hmm", providerData: { acme: { signature: "s" } } },
        { type: "text", text: "hello" },
        { type: "tool-call", callId: "1", tool: "search", input: {} },
      ],
      finishReason: "stop",
      usage: { calls: 1, inputTokens: 0, outputTokens: 0, costUsd: null },
      modelId: "acme-1-2026",
      warnings: ["beware"],
    });
    expect(pieces.map(({ channel, text }) => `${channel}:${text}`)).toEqual(["reasoning:hmm", "text:hel", "text:lo"]);
  });

  it("parses the final answer where the provider tells it from drafts", async () => {
    const model = streaming(
      { type: "text-start", id: "a" },
      { type: "text-delta", id: "a", delta: "draft" },
      { type: "text-start", id: "b", providerMetadata: { openai: { phase: "final_answer" } } },
      { type: "text-delta", id: "b", delta: '{"a":1}' },
      finish,
    );
    const asked = { ...request, output: { name: "a", schema: {} } };
    expect((await model.generate(asked, { onPiece() {} })).structured).toEqual({ a: 1 });
  });

  it("is unavailable when the stream ends before the reply does", async () => {
    const failure = streaming({ type: "text-start", id: "a" }).generate(request, { onPiece() {} });
    await expect(failure).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
    await expect(failure).rejects.toThrow("acme acme-1 ended its stream in the middle of a reply");
  });

  it.each([
    [{ message: "slow down", statusCode: 429 }, "MODEL_RATE_LIMITED", true],
    [{ message: "too long", statusCode: 400 }, "MODEL_REFUSED", false],
    [{ message: "try again", statusCode: 400, isRetryable: true }, "MODEL_UNAVAILABLE", true],
    [new TypeError("terminated"), "MODEL_UNAVAILABLE", true],
    [new UnsupportedFunctionalityError({ functionality: "files" }), "MODEL_REFUSED", false],
    ["gone", "MODEL_UNAVAILABLE", true],
  ])("turns the error %j in a stream into %s", async (error, code, retryable) => {
    await expect(streaming({ type: "error", error }, finish).generate(request, { onPiece() {} })).rejects.toMatchObject({ code, retryable });
  });
});
