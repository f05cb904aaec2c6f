import { inspect } from "node:util";
import { FAKE_API_KEY, type FakeProvider, type FakeReply, openFakeOpenAi } from "@dad/fake-providers";
import { errorEnvelope, isJsonObject } from "@dad/protocol";
import { messageOfReply, type ModelRequest, type ModelResource, toolCallsOf } from "@dad/resources";
import { aiSdkModels } from "@dad/resources-ai-sdk";
import { secretOf } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { hello, price, providerCases, request } from "./provider-table.ts";

const TRACE = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "dad=1" };

describe.each(providerCases)("a call of $name", ({ open, modelOf, provider, tellsWrites = true, namesReplies = true }) => {
  it.each([false, true])("sends the headers of its trace, once, and nothing twice (stream: %s)", async (streamed) => {
    await using fake = await open({ replies: [{ text: "hi" }] });
    await modelOf(fake).generate(hello, { headers: TRACE, ...(streamed && { onPiece() {} }) });
    expect(fake.requests.map(({ headers, streamed: asStream }) => [headers["traceparent"], headers["tracestate"], asStream])).toEqual([
      [TRACE.traceparent, TRACE.tracestate, streamed],
    ]);
  });

  it("says what the provider calls the reply, where it does, whether it comes in pieces or not", async () => {
    await using fake = await open({ replies: [{ text: "hi" }, { text: "hi" }] });
    const ids: string[] = [];
    const onReplyId = (id: string) => void ids.push(id);
    await modelOf(fake).generate(hello, { onReplyId });
    const [atOnce] = ids;
    await modelOf(fake).generate(hello, { onReplyId, onPiece() {} });
    expect(ids.length).toBe(atOnce === undefined ? 0 : 2);
    expect(atOnce !== undefined).toBe(namesReplies);
  });

  it.each([false, true])("says what it used of every kind, and what that cost (stream: %s)", async (streamed) => {
    const counted = { input: 1000, cached: 300, cacheWrite: 200, output: 50, reasoning: 20 };
    await using fake = await open({ replies: [{ text: "hi", usage: counted }] });
    const { usage } = await modelOf(fake).generate(hello, streamed ? { onPiece() {} } : {});
    const { cacheWriteTokens: written = 0 } = usage;
    expect(usage).toMatchObject({ calls: 1, inputTokens: 1000, cachedInputTokens: 300, outputTokens: 50 });
    expect(written).toBe(tellsWrites ? 200 : 0);
    const { inputPerMTok, cachedInputPerMTok, cacheWritePerMTok, outputPerMTok } = price;
    const plain = (700 - written) * inputPerMTok + 300 * cachedInputPerMTok;
    expect(usage.costUsd).toBeCloseTo((plain + written * cacheWritePerMTok + 50 * outputPerMTok) / 1e6, 12);
  });

  it.each([false, true])("goes on after the call of a tool, with its result (stream: %s)", async (streamed) => {
    const calls = [{ callId: "call_7", tool: "weather", input: { city: "Bern" } }];
    await using fake = await open({ replies: [{ text: "I look.", calls }, { text: "It is grey." }] });
    const model = modelOf(fake);
    const options = streamed ? { onPiece() {} } : {};
    const tools = [{ name: "weather", description: "Says what the weather is.", inputSchema: { type: "object", properties: {} } }];
    const messages: ModelRequest["messages"] = [{ role: "user", content: "Is it nice?" }];
    const first = await model.generate({ messages, tools }, options);
    expect([first.text, first.finishReason, toolCallsOf(first)]).toEqual([
      "I look.",
      "tool-calls",
      [{ type: "tool-call", ...calls[0] }].map(withoutData),
    ]);
    const results = [{ type: "tool-result", callId: "call_7", tool: "weather", result: { sky: "grey" } }] as const;
    const second = await model.generate({ messages: [...messages, messageOfReply(first), { role: "tool", content: results }], tools }, options);
    expect([second.text, second.finishReason, fake.refusals]).toEqual(["It is grey.", "stop", []]);
    expect(JSON.stringify(fake.requests[1]?.body)).toContain("grey");
  });

  it.each<FakeReply>([{ status: 429 }, { status: 500 }, { status: 529 }, { text: "hel", middle: "cut" }, { text: "hel", middle: "error" }])(
    "is made once, whatever comes of it: %j",
    async (reply) => {
      await using fake = await open({ replies: () => reply });
      await expect(modelOf(fake).generate(hello)).rejects.toMatchObject({ retryable: true });
      await expect(modelOf(fake).generate(hello, { onPiece() {} })).rejects.toMatchObject({ retryable: true });
      expect(fake.requests).toHaveLength(2);
    },
  );

  it.each([
    [402, "MODEL_UNAUTHORIZED"],
    [404, "MODEL_REFUSED"],
    [408, "MODEL_UNAVAILABLE"],
    [429, "MODEL_RATE_LIMITED"],
    [529, "MODEL_UNAVAILABLE"],
  ])("fails with a stream as without one: HTTP %d is %s", async (status, code) => {
    await using fake = await open({ replies: () => ({ status }) });
    await expect(modelOf(fake).generate(hello, { onPiece() {} })).rejects.toMatchObject({ code, details: { provider, status } });
  });

  it("says when to come back, by seconds, by milliseconds and by the clock of the provider, and how it stands with its limits", async () => {
    const now = new Date("2031-02-03T04:05:06Z");
    await using fake = await open({
      replies: [
        { status: 429, retryAfter: { seconds: 7 } },
        { status: 429, retryAfter: { ms: 250 } },
        { status: 503, retryAfter: { at: new Date(now.getTime() + 90_000) }, delivery: { headers: { date: now.toUTCString() } } },
        { status: 429, delivery: { headers: { "x-request-id": "req_9", "x-ratelimit-remaining-requests": "0" } } },
        { status: 400, retryAfter: { seconds: 7 } },
      ],
    });
    const details: unknown[] = [];
    for (let call = 0; call < 5; call += 1) details.push(await failureOf(modelOf(fake), hello).then((error) => errorEnvelope(error).details));
    expect(details).toEqual([
      expect.objectContaining({ status: 429, retryAfterMs: 7000 }),
      expect.objectContaining({ status: 429, retryAfterMs: 250 }),
      expect.objectContaining({ status: 503, retryAfterMs: 90_000 }),
      expect.objectContaining({ status: 429, requestId: "req_9", rateLimits: { "x-ratelimit-remaining-requests": "0" } }),
      expect.not.objectContaining({ retryAfterMs: expect.anything() as unknown }),
    ]);
    expect(details[3]).not.toHaveProperty("retryAfterMs");
  });

  it.each<FakeReply>([{ body: "" }, { body: "null" }, { body: "{no JSON" }, { text: "hello", middle: "garbled" }])(
    "cannot be read when what comes is %j",
    async (reply) => {
      await using fake = await open({ replies: () => reply });
      await expect(modelOf(fake).generate(hello)).rejects.toMatchObject({ code: "MODEL_REPLY_INVALID", retryable: false });
    },
  );
});

function withoutData({ type, callId, tool, input }: { type: string; callId?: string; tool?: string; input?: unknown }): unknown {
  return expect.objectContaining({ type, callId, tool, input }) as unknown;
}

async function failureOf(model: ModelResource, asked: ModelRequest): Promise<Error> {
  const thrown: unknown = await model.generate(asked).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new TypeError(`no error, but ${inspect(thrown)}`);
  return thrown;
}

describe("an error", () => {
  const SECRET = "PROMPT-THAT-NOBODY-SHOULD-SEE";
  const KEY = "sk-live-0123456789abcdef";
  const HEADER = "header-secret-0123456789";
  const asked: ModelRequest = { ...request, messages: [{ role: "user", content: SECRET }] };
  const echo = `Incorrect API key provided: ${KEY}, ${Buffer.from(KEY).toString("base64")}, ${encodeURIComponent(HEADER)}. Is ${SECRET} it?`;

  function modelsOf(fake: FakeProvider): ModelResource[] {
    const values: Readonly<Record<string, string>> = { "env:KEY": KEY, "env:HEADER": HEADER };
    const access = { secret: (reference: string) => secretOf(reference, async () => values[reference] ?? "") };
    const how = { apiKey: "env:KEY", baseURL: fake.url, headers: { "x-gate": { secret: "env:HEADER" } } };
    const make = aiSdkModels({ from: import.meta.dirname });
    return ["openai", "our-own"].map((provider) => make({ provider, model: "gpt-5-mini", how }, access));
  }

  /** All that anybody could print of an error. */
  function allOf(error: unknown): string {
    return inspect(error, { depth: 50, showHidden: true, maxStringLength: null }) + JSON.stringify(errorEnvelope(error)) + JSON.stringify(error);
  }

  it.each<FakeReply>([
    { status: 400, message: echo },
    { status: 401, message: echo },
    { status: 402, message: echo },
    { status: 403, message: echo },
    { status: 429, message: echo, delivery: { headers: { "x-echo": KEY } } },
    { status: 500, message: echo },
    { status: 529, message: echo },
    { body: echo },
    { body: JSON.stringify({ echo }) },
    { text: echo.slice(0, 20), middle: "cut" },
    { text: echo.slice(0, 20), middle: "error" },
    { text: "hel", middle: "garbled" },
    { silence: "break" },
  ])("has neither a secret nor anything of the request in it, whatever prints it: %j", async (reply) => {
    await using fake = await openFakeOpenAi({ apiKey: KEY, replies: () => reply });
    for (const model of modelsOf(fake)) {
      for (const options of [{}, { onPiece() {} }]) {
        const failure = await model.generate(asked, options).then(
          () => undefined,
          (error: unknown) => error,
        );
        const text = allOf(failure);
        expect(failure).toBeInstanceOf(Error);
        for (const secret of [KEY, HEADER, Buffer.from(KEY).toString("base64")]) expect(text).not.toContain(secret);
        expect(text).not.toContain("requestBodyValues");
        // What a provider says of a request is for people, who may need it; nothing else has it.
        expect(text.replaceAll(/Is PROMPT[^ ]+ it/g, "")).not.toContain(SECRET);
      }
    }
    expect(fake.requests).toHaveLength(4);
    expect(isJsonObject(fake.requests[0]?.body)).toBe(true);
    expect(fake.requests[0]?.headers["x-gate"]).toBe(HEADER);
  });

  it("keeps the code of a connection that cannot be made", async () => {
    const fake = await openFakeOpenAi({ apiKey: FAKE_API_KEY, replies: [] });
    await fake[Symbol.asyncDispose]();
    for (const model of modelsOf(fake)) {
      const failure = await failureOf(model, hello);
      expect(failure).toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
      expect(JSON.stringify(errorEnvelope(failure))).toContain('"code":"ECONNREFUSED"');
    }
  });
});
