import type { ContentCapture, Observability } from "@dad/observability";
import { type MemoryObservability, memoryObservability } from "@dad/observability/memory";
import type { ArtifactEntry, Usage } from "@dad/protocol";
import { type GenerateOptions, ModelError, type ModelRequest, type ModelResource, type ModelResponse } from "@dad/resources";
import { withPolicies } from "@dad/resources/policies";
import { redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { traceChat } from "./traced-call.ts";
import { tracedModel } from "./traced-model.ts";

const CAPABILITIES = { structuredOutput: true, recorded: false, streaming: true, tools: true, files: true };
const USAGE: Usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, cacheWriteTokens: 10, reasoningTokens: 5, costUsd: 0.25 };
const REPLY: ModelResponse = { text: "Hello.", finishReason: "stop", usage: USAGE, modelId: "m-1" };
const REQUEST: ModelRequest = { messages: [{ role: "user", content: "Say hello." }] };

function modelThat(generate: ModelResource["generate"], more: Partial<ModelResource> = {}): ModelResource {
  return { provider: "azure", modelId: "m", capabilities: CAPABILITIES, generate, ...more };
}

const replying = (reply: Partial<ModelResponse> = {}, more: Partial<ModelResource> = {}): ModelResource =>
  modelThat(async () => ({ ...REPLY, ...reply }), more);

const CAPTURE: ContentCapture = { messages: true, input: [], output: [], maxLength: 1_000 };
const captured = (whole: MemoryObservability, capture: Partial<ContentCapture> = {}): Observability => ({
  ...whole,
  capture: { ...CAPTURE, ...capture },
});

const measured = ({ metrics }: MemoryObservability, name: RegExp) =>
  metrics.filter((metric) => name.test(metric.name)).map((metric) => [metric.name.replace("gen_ai.client.", ""), metric.value] as const);

describe("the span of a call", () => {
  it("says from its start whom is asked, and how", async () => {
    const observability = memoryObservability();
    const identity = { baseURL: "http://models.example:8080/v1" };
    const settings = { maxOutputTokens: 9, temperature: 0, topP: 1, seed: 3, stopSequences: ["."], reasoningEffort: "low" as const };
    let begun: object | undefined;
    const observing = { ...observability, tracer: { ...observability.tracer, startSpan: spied(observability, (options) => (begun = options)) } };
    await tracedModel(replying({}, { identity }), { observability: observing, attributes: { "dad.node.path": "a.b" } }).generate({
      ...REQUEST,
      settings,
    });
    expect(begun).toMatchObject({
      kind: 2,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "m",
        "gen_ai.output.type": "text",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.temperature": 0,
        "gen_ai.request.top_p": 1,
        "gen_ai.request.seed": 3,
        "gen_ai.request.stop_sequences": ["."],
        "gen_ai.request.reasoning.level": "low",
        "server.address": "models.example",
        "server.port": 8080,
        "dad.node.path": "a.b",
      },
    });
  });

  it("says how it ended and what it used, and no word of what was said", async () => {
    const observability = memoryObservability();
    const model = modelThat(async (_request, options: GenerateOptions = {}) => {
      options.onReplyId?.("reply-7");
      return REPLY;
    });
    await tracedModel(model, { observability }).generate(REQUEST);
    expect(observability.spans).toMatchObject([
      {
        name: "chat m",
        status: { code: 0 },
        attributes: {
          "gen_ai.response.id": "reply-7",
          "gen_ai.response.model": "m-1",
          "gen_ai.response.finish_reasons": ["stop"],
          "gen_ai.usage.input_tokens": 100,
          "gen_ai.usage.output_tokens": 20,
          "gen_ai.usage.cache_read.input_tokens": 40,
          "gen_ai.usage.cache_write.input_tokens": 10,
          "gen_ai.usage.reasoning.output_tokens": 5,
          "dad.cost.usd": 0.25,
        },
      },
    ]);
    expect(JSON.stringify([observability.spans, observability.logs])).not.toMatch(/hello/i);
  });

  it("is the parent of what a server does, and is there once when somebody else traces the call", async () => {
    const observability = memoryObservability();
    const heard: GenerateOptions[] = [];
    const model = tracedModel(
      modelThat(async (_request, options = {}) => (heard.push(options), REPLY)),
      { observability },
    );
    await model.generate(REQUEST, { headers: { other: "x" } });
    const [span] = observability.spans;
    expect(heard[0]?.headers).toEqual({ traceparent: `00-${span?.traceId}-${span?.spanId}-01`, other: "x" });
    await model.generate(REQUEST, { traced: true });
    expect(observability.spans).toHaveLength(1);
  });

  it("is open until what it refers to is kept, and ends when the reply came", () => {
    const observability = memoryObservability();
    const call = traceChat(replying(), { request: REQUEST, stream: false }, { observability });
    call.replied(REPLY);
    const { spans } = observability;
    expect(spans).toHaveLength(0);
    const digest = `sha256:${"0".repeat(64)}`;
    call.refer("reply", { digest, path: "nodes/a/reply.json" } as ArtifactEntry);
    call.refer("request", undefined);
    const came = performance.timeOrigin + performance.now();
    while (performance.timeOrigin + performance.now() <= came);
    call.end();
    expect(spans[0]?.endTime).toBeLessThanOrEqual(came);
    expect(spans[0]?.attributes).toMatchObject({ "dad.artifact.reply.uri": "nodes/a/reply.json", "dad.artifact.reply.digest": digest });
    expect(spans[0]?.attributes).not.toHaveProperty("dad.artifact.request.uri");
  });

  it("of vectors says how many numbers they have", async () => {
    const observability = memoryObservability();
    const usage = { inputTokens: 6, outputTokens: 0, costUsd: null };
    const model = replying({}, { embed: async () => ({ vectors: [[1, 2, 3]], usage, modelId: "m-2" }) });
    await tracedModel(model, { observability }).embed?.(["a text"]);
    expect(observability.spans).toMatchObject([
      {
        name: "embeddings m",
        kind: 2,
        attributes: { "gen_ai.operation.name": "embeddings", "gen_ai.embeddings.dimension.count": 3, "gen_ai.usage.input_tokens": 6 },
      },
    ]);
    expect(observability.spans[0]?.attributes).not.toHaveProperty("gen_ai.usage.output_tokens");
    expect(measured(observability, /input_tokens|duration/).map(([name]) => name)).toContain("inference.usage.input_tokens");
  });
});

describe("what is measured of a call", () => {
  it("is how long it took, and its tokens by what they are", async () => {
    const observability = memoryObservability();
    await tracedModel(replying(), { observability }).generate(REQUEST);
    const { metrics } = observability;
    expect(Object.fromEntries(measured(observability, /tokens|cost/))).toEqual({
      "inference.operation.input_tokens": 100,
      "inference.operation.output_tokens": 20,
      "inference.usage.input_tokens": 100,
      "inference.usage.output_tokens": 20,
      "inference.usage.cache_read.input_tokens": 40,
      "inference.usage.cache_write.input_tokens": 10,
      "inference.usage.reasoning.output_tokens": 5,
      "dad.cost.usd": 0.25,
    });
    const asked = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "azure.ai.openai",
      "gen_ai.request.model": "m",
      "gen_ai.response.model": "m-1",
    };
    expect(metrics.find(({ name }) => name === "gen_ai.client.operation.duration")?.attributes).toEqual(asked);
    expect(metrics.find(({ name }) => name.endsWith("usage.input_tokens"))?.attributes).toEqual({ ...asked, "gen_ai.token.modality": "text" });
  });

  it("of one that failed is the type of its error, and no tokens, unless it says some", async () => {
    const observability = memoryObservability();
    const failing = (details: object) =>
      modelThat(() => Promise.reject(new ModelError("MODEL_REFUSED", "you said SECRET", { details: details as ModelError["details"] })));
    await expect(tracedModel(failing({}), { observability }).generate(REQUEST)).rejects.toThrow("SECRET");
    await expect(tracedModel(failing({ usage: USAGE }), { observability }).generate(REQUEST)).rejects.toThrow("SECRET");
    expect(measured(observability, /usage\.input_tokens/)).toEqual([
      ["inference.usage.input_tokens", 0],
      ["inference.usage.input_tokens", 100],
    ]);
    expect(observability.metrics.find(({ name }) => /duration/.test(name))?.attributes).toMatchObject({ "error.type": "MODEL_REFUSED" });
    expect(observability.spans[0]).toMatchObject({ status: { code: 2, message: "MODEL_REFUSED" }, attributes: { "error.type": "MODEL_REFUSED" } });
    expect(observability.logs[0]).toMatchObject({
      eventName: "gen_ai.client.operation.exception",
      severityNumber: 13,
      spanId: observability.spans[0]?.spanId,
      attributes: { "exception.type": "MODEL_REFUSED", "gen_ai.request.model": "m" },
    });
    expect(JSON.stringify([observability.spans, observability.logs])).not.toContain("SECRET");
  });

  it("of one that a recording replied to is that alone", async () => {
    const observability = memoryObservability();
    const usage = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded: { calls: 1, inputTokens: 100, outputTokens: 20 } };
    await tracedModel(replying({ usage }, { capabilities: { ...CAPABILITIES, recorded: true } }), { observability }).generate(REQUEST);
    expect(measured(observability, /./)).toEqual([
      ["dad.usage.recorded.calls", 1],
      ["dad.usage.recorded.input_tokens", 100],
      ["dad.usage.recorded.output_tokens", 20],
    ]);
    expect(observability.spans[0]?.attributes).not.toHaveProperty("gen_ai.usage.input_tokens");
  });

  it("is recorded also when a recording fails, and where it is nobody knows how much, there is none", async () => {
    const observability = memoryObservability();
    const usage = { inputTokens: 12, outputTokens: 3, costUsd: 0 };
    for (const details of [{ usage }, {}]) {
      const model = modelThat(() => Promise.reject(new ModelError("MODEL_REPLY_INVALID", "it cannot be read", { details })), {
        capabilities: { ...CAPABILITIES, recorded: true },
      });
      await expect(tracedModel(model, { observability }).generate(REQUEST)).rejects.toMatchObject({ code: "MODEL_REPLY_INVALID" });
    }
    expect(measured(observability, /./)).toEqual([
      ["dad.usage.recorded.calls", 1],
      ["dad.usage.recorded.input_tokens", 12],
      ["dad.usage.recorded.output_tokens", 3],
    ]);
    expect(observability.spans[0]?.attributes).toMatchObject({ "dad.usage.recorded.output_tokens": 3 });
    expect(observability.spans[0]?.attributes).not.toHaveProperty(["gen_ai.usage.output_tokens"]);
  });

  it("is recorded also where a model that is a recording does not say so of each reply", async () => {
    const observability = memoryObservability();
    const usage = { inputTokens: 12, outputTokens: 3, costUsd: null };
    await tracedModel(replying({ usage }, { capabilities: { ...CAPABILITIES, recorded: true } }), { observability }).generate(REQUEST);
    expect(observability.spans[0]?.attributes).toMatchObject({ "dad.usage.recorded.input_tokens": 12, "dad.cost.usd": 0 });
    expect(observability.spans[0]?.attributes).not.toHaveProperty("gen_ai.usage.input_tokens");
  });

  it("is when its pieces come, of a reply that is heard as it comes", async () => {
    const observability = memoryObservability();
    const model = modelThat(async (_request, { onPiece } = {}) => {
      for (const text of ["Hel", "lo", "."]) onPiece?.({ channel: "text", text });
      return REPLY;
    });
    const traced = tracedModel(model, { observability });
    await traced.generate(REQUEST);
    expect(measured(observability, /chunk/)).toEqual([]);
    const pieces: string[] = [];
    await traced.generate(REQUEST, { onPiece: ({ text }) => void pieces.push(text) });
    expect(pieces).toEqual(["Hel", "lo", "."]);
    expect(measured(observability, /chunk/).map(([name]) => name)).toEqual([
      "operation.time_to_first_chunk",
      "operation.time_per_output_chunk",
      "operation.time_per_output_chunk",
    ]);
    const [unheard, heard] = observability.spans;
    expect(heard?.attributes).toMatchObject({ "gen_ai.request.stream": true, "gen_ai.response.time_to_first_chunk": expect.any(Number) as number });
    expect(unheard?.attributes).not.toHaveProperty("gen_ai.request.stream");
  });
});

describe("calls of providers within one call", () => {
  it("are told each when they failed: with whom, and which one it was", async () => {
    const observability = memoryObservability();
    const busy = new ModelError("MODEL_RATE_LIMITED", "too often, SECRET", { retryable: true, details: { retryAfterMs: 0 } });
    const down = new ModelError("MODEL_UNAVAILABLE", "down", { retryable: true });
    const errors = [busy, down];
    const first = modelThat(() => Promise.reject(errors.shift() ?? down));
    const model = withPolicies(first, {
      retry: { attempts: 2, delayMs: 0 },
      fallbacks: [replying({ modelId: "b-1" }, { provider: "openai", modelId: "b" })],
    });
    await tracedModel(model, { observability }).generate(REQUEST);
    expect(
      observability.logs.map(({ attributes, severityText }) => [severityText, attributes["dad.model.attempt"], attributes["exception.type"]]),
    ).toEqual([
      ["WARN", 1, "MODEL_RATE_LIMITED"],
      ["WARN", 2, "MODEL_UNAVAILABLE"],
    ]);
    expect(JSON.stringify(observability.logs)).not.toContain("SECRET");
    expect(observability.spans).toMatchObject([
      {
        status: { code: 0 },
        attributes: { "gen_ai.request.model": "m", "gen_ai.response.model": "b-1", "dad.model.fallback_from": "azure/m", "dad.model.attempt": 3 },
      },
    ]);
  });

  it("begin the reply anew: only the pieces of the last one are measured", async () => {
    const observability = memoryObservability();
    let calls = 0;
    const model = modelThat(async (_request, { onPiece } = {}) => {
      for (const text of ["a", "b", "c"].slice(calls)) onPiece?.({ channel: "text", text });
      calls += 1;
      if (calls === 1) throw new ModelError("MODEL_UNAVAILABLE", "broke off", { retryable: true });
      return REPLY;
    });
    await tracedModel(withPolicies(model, { retry: { delayMs: 0 } }), { observability }).generate(REQUEST, { onPiece() {} });
    expect(measured(observability, /chunk/).map(([name]) => name)).toEqual(["operation.time_to_first_chunk", "operation.time_per_output_chunk"]);
  });
});

describe("contents", () => {
  it("are told as the conventions write them, when messages are captured", async () => {
    const observability = memoryObservability();
    const data = Buffer.from("PNG").toString("base64");
    const request: ModelRequest = {
      system: "Be brief.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "file", mediaType: "image/png", data },
          ],
        },
        { role: "assistant", content: [{ type: "tool-call", callId: "1", tool: "look", input: { at: 1 } }] },
        { role: "tool", content: [{ type: "tool-result", callId: "1", tool: "look", result: "a cat" }] },
      ],
      tools: [{ name: "look", description: "Looks.", inputSchema: { type: "object" } }],
    };
    await tracedModel(replying(), { observability: captured(observability) }).generate(request);
    const json = (name: string): unknown => JSON.parse(String(observability.spans[0]?.attributes[name]));
    expect(json("gen_ai.system_instructions")).toEqual([{ type: "text", content: "Be brief." }]);
    expect(json("gen_ai.input.messages")).toEqual([
      {
        role: "user",
        parts: [
          { type: "text", content: "What is it?" },
          { type: "file", mime_type: "image/png", modality: "image", file_id: expect.stringMatching(/^sha256:/) as string },
        ],
      },
      { role: "assistant", parts: [{ type: "tool_call", id: "1", name: "look", arguments: { at: 1 } }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: "a cat" }] },
    ]);
    expect(json("gen_ai.output.messages")).toEqual([{ role: "assistant", parts: [{ type: "text", content: "Hello." }], finish_reason: "stop" }]);
    expect(json("gen_ai.tool.definitions")).toEqual([{ type: "function", name: "look", description: "Looks.", parameters: { type: "object" } }]);
  });

  it("lose secrets before they are cut", async () => {
    const observability = memoryObservability();
    const secret = "correct-horse-battery";
    // It is cut in the middle of the secret.
    const content = `${"x".repeat(15)}${secret}${"y".repeat(200)}`;
    const model = replying({ content: [{ type: "tool-call", callId: "1", tool: "look", input: { [secret]: true } }] });
    const secrets = redactor([{ name: "env:KEY", value: secret }]);
    const traced = tracedModel(model, { observability: captured(observability, { maxLength: 125 }), redactor: secrets });
    await traced.generate({ messages: [{ role: "user", content }] });
    const { "gen_ai.input.messages": text, "gen_ai.output.messages": reply, "dad.capture.cut": cut } = observability.spans[0]?.attributes ?? {};
    expect(String(text)).toContain(`${"x".repeat(15)}[secret env:KEY]`);
    expect(cut).toEqual(["gen_ai.input.messages", "gen_ai.output.messages"]);
    expect(JSON.stringify([text, reply])).not.toContain("horse");
  });

  it("have the message of what failed with them", async () => {
    const observability = memoryObservability();
    const model = modelThat(() => Promise.reject(new ModelError("MODEL_REFUSED", "you said it")));
    await expect(tracedModel(model, { observability: captured(observability) }).generate(REQUEST)).rejects.toThrow("you said it");
    expect(observability.spans[0]?.status).toEqual({ code: 2, message: "you said it" });
    expect(observability.logs[0]?.attributes).toMatchObject({ "exception.message": "you said it" });
  });
});

type StartSpan = Observability["tracer"]["startSpan"];

function spied({ tracer }: Observability, see: (options: object) => void): StartSpan {
  return (name, options = {}, context) => {
    see(structuredClone(options));
    return tracer.startSpan(name, options, context);
  };
}
