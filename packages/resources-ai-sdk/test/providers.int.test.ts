import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { FAKE_API_KEY, type FakeProvider, type FakeReply } from "@dad/fake-providers";
import { DadError } from "@dad/protocol";
import { type ModelErrorCode, type ModelRequest, toolCallsOf } from "@dad/resources";
import { lastUserText, modelResourceContract } from "@dad/resources/testing";
import { aiSdkModel } from "@dad/resources-ai-sdk";
import { afterAll, describe, expect, it, vi } from "vitest";
import { hello, providerCases, request } from "./provider-table.ts";

const FAILING: Partial<Record<ModelErrorCode, FakeReply>> = {
  MODEL_RATE_LIMITED: { status: 429 },
  MODEL_UNAVAILABLE: { status: 503 },
  MODEL_REFUSED: { status: 400 },
  MODEL_REPLY_INVALID: { text: "hello world", middle: "garbled" },
};

describe.each(providerCases)("$name", ({ name, open, provider, modelOf, sent, ...told }) => {
  const servers: FakeProvider[] = [];
  afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

  async function serverThat(treat: FakeReply | ((text: string) => FakeReply)): Promise<FakeProvider> {
    const server = await open({ replies: ({ lastUserText: text }) => (typeof treat === "function" ? treat(text) : treat) });
    servers.push(server);
    return server;
  }

  async function failureOf(treat: FakeReply, asked = request): Promise<DadError> {
    const thrown: unknown = await modelOf(await serverThat(treat))
      .generate(asked)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (!DadError.is(thrown)) throw new TypeError(`no typed error, but ${String(thrown)}`);
    return thrown;
  }

  modelResourceContract(name, {
    async replying(exchanges) {
      const replies = new Map(exchanges.map((exchange) => [lastUserText(exchange.request), exchange]));
      return modelOf(
        await serverThat((asked) => {
          const { text, content } = replies.get(asked) ?? { text: "I was not told what to say to that" };
          return content ? { text, calls: toolCallsOf({ text, content }) } : { text };
        }),
      );
    },
    failing: async (code) => modelOf(await serverThat(FAILING[code] ?? { text: "" }), code === "MODEL_UNAUTHORIZED" ? "wrong-key" : FAKE_API_KEY),
    async silent() {
      const server = await serverThat({ silence: "hang" });
      return { model: modelOf(server), called: server.arrived(1) };
    },
  });

  it("is sent the system prompt, the messages, the output and the settings", async () => {
    const server = await serverThat({ text: '{"words":3}' });
    await modelOf(server).generate(request);
    expect(server.requests.map(({ body }) => body)).toEqual([expect.objectContaining(sent)]);
  });

  it("is sent files, tools, their calls and their results", async () => {
    const server = await serverThat({ text: "done" });
    const tools = [{ name: "weather", description: "Says what the weather is.", inputSchema: { type: "object", properties: {} } }];
    const call = { type: "tool-call", callId: "call_7", tool: "weather", input: { city: "Bern" } } as const;
    const result = { type: "tool-result", callId: "call_7", tool: "weather", result: { sky: "grey" } } as const;
    const file = { type: "file", mediaType: "image/png", data: "iVBORw0KGgo=" } as const;
    const messages: ModelRequest["messages"] = [
      { role: "user", content: [file, { type: "text", text: "And there?" }] },
      { role: "assistant", content: [call] },
      { role: "tool", content: [result] },
    ];
    await modelOf(server).generate({ messages, tools, toolChoice: "required" });
    const sent = JSON.stringify(server.requests[0]?.body);
    for (const part of ["iVBORw0KGgo=", "Says what the weather is.", "call_7", "Bern", "grey"]) expect(sent).toContain(part);
    expect(sent).toMatch(/"tool_choice":("required"|\{"type":"any"\})|"toolChoice":\{"any":\{\}\}|"functionCallingConfig":\{"mode":"ANY"\}/);
  });

  it("says who answered, what it used and what that cost", async () => {
    const model = modelOf(await serverThat({ text: '{"words":3}' }));
    const response = await model.generate(request);
    expect(model.provider).toBe(provider);
    expect(response.modelId).toBe(told.answeredBy);
    expect(response.usage).toMatchObject({ inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 });
    expect(response.usage.costUsd).toBeCloseTo((60 * 2 + 40 * 0.5 + 20 * 10) / 1e6, 12);
    expect(response).not.toHaveProperty("warnings");
  });

  it("tells of a setting that the API does not have", async () => {
    const model = modelOf(await serverThat({ text: "hello" }));
    const { warnings = [] } = await model.generate({ messages: [{ role: "user", content: "hello" }], settings: { seed: 7 } });
    expect(warnings.map((warning) => warning.split(" (")[0])).toEqual(told.seedWarnings);
  });

  const ends = [
    ["hel", "length", "length", hello],
    ['{"wor', "length", "length", request],
    ["no", "refusal", "content-filter", hello],
    ["I will not", "refusal", "content-filter", request],
  ] as const;
  it.each(ends.filter(([, end]) => end === "length" || told.tellsRefusals))(
    "leaves what there is of %j, and says that it ended with %s: %s",
    async (...[text, end, finishReason, asked]) => {
      const response = await modelOf(await serverThat({ text, end })).generate(asked);
      expect(response).toMatchObject({ text, finishReason });
      expect(response).not.toHaveProperty("structured");
    },
  );

  it.each([
    [{ status: 403 }, "MODEL_UNAUTHORIZED", { status: 403 }],
    [{ status: 429, retryAfter: { seconds: 7 } }, "MODEL_RATE_LIMITED", { status: 429, retryAfterMs: 7000 }],
    [{ status: 429, type: "insufficient_quota" }, "MODEL_UNAUTHORIZED", { status: 429 }],
    [{ status: 500 }, "MODEL_UNAVAILABLE", { status: 500 }],
    [{ status: 529, retryAfter: { ms: 250 } }, "MODEL_UNAVAILABLE", { status: 529, retryAfterMs: 250 }],
    [{ status: 413 }, "MODEL_REFUSED", { status: 413 }],
    [{ body: "<html>proxy</html>" }, "MODEL_REPLY_INVALID", { status: 200 }],
    [{ body: '{"id":1}' }, "MODEL_REPLY_INVALID", {}],
  ] as const)("turns %j into %s", async (treatment, code, details) => {
    const error = await failureOf(treatment);
    expect(error).toMatchObject({
      code,
      details: { provider, ...details },
      retryable: code === "MODEL_RATE_LIMITED" || code === "MODEL_UNAVAILABLE",
    });
  });

  it("shows the beginning of a body that it cannot read", async () => {
    const { message } = await failureOf({ body: `<html>${"x".repeat(10_000)}` });
    expect(message).toMatch(/ sent a reply that cannot be read \(HTTP 200\): .*"<html>x+"…$/s);
    expect(message.length).toBeLessThan(1000);
  });

  it("is unavailable when it hangs up in the middle of a reply, or is not there", async () => {
    expect(await failureOf({ text: "hello", middle: "cut" })).toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
    const gone = await serverThat({ text: "" });
    await servers.splice(servers.indexOf(gone), 1)[0]?.[Symbol.asyncDispose]();
    await expect(modelOf(gone).generate(request)).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
  });

  it.each(["cut", "error", "end"] as const)("is unavailable when its stream breaks off in the middle: %s", async (middle) => {
    const pieces: string[] = [];
    const model = modelOf(await serverThat({ text: "hello world", middle }));
    const failure = model.generate(hello, { onPiece: ({ text }) => void pieces.push(text) });
    await expect(failure).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
    await expect(failure).rejects.toThrow(model.modelId);
    expect(pieces).toEqual(["hello "]);
  });

  it("is hung up on when the call is aborted in the middle of a stream, or when its hearer fails", async () => {
    for (const stop of [
      (controller: AbortController) => controller.abort(new Error("enough")),
      () => {
        throw new Error("enough");
      },
    ]) {
      const server = await serverThat({ text: "hello world", middle: "stall" });
      const controller = new AbortController();
      const failure = modelOf(server).generate(hello, { signal: controller.signal, onPiece: () => stop(controller) });
      await expect(failure).rejects.toThrow("enough");
      expect(await server.requests[0]?.over).toBe("abandoned");
    }
  });

  it("is hung up on when the call is aborted", async () => {
    const server = await serverThat({ silence: "hang" });
    const controller = new AbortController();
    const thrown = modelOf(server)
      .generate(request, { signal: controller.signal })
      .catch((error: unknown) => error);
    await server.arrived(1);
    controller.abort();
    expect(await thrown).toBe(controller.signal.reason);
    expect(await server.requests[0]?.over).toBe("abandoned");
  });
});

describe("a provider without an API key", () => {
  it.each([
    ["OPENAI_API_KEY", () => createOpenAI()("gpt-4.1-mini")],
    ["ANTHROPIC_API_KEY", () => createAnthropic()("claude-haiku-4-5")],
  ])("says to set %s", async (variable, model) => {
    vi.stubEnv(variable, undefined);
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", undefined);
    const message = expect.stringContaining(variable) as unknown;
    await expect(aiSdkModel({ model: model() }).generate(request)).rejects.toMatchObject({ code: "MODEL_UNAUTHORIZED", retryable: false, message });
    vi.unstubAllEnvs();
  });
});
