import { describe, expect, it } from "vitest";
import { FAKE_API_KEY, type FakeProvider, openFakeAnthropic, openFakeGoogle, openFakeOpenAi } from "../src/fake-provider.ts";

interface Asking {
  readonly key?: string;
  readonly body?: unknown;
  readonly path?: string;
  readonly signal?: AbortSignal;
}

const question = { model: "m", messages: [{ role: "user", content: "hello" }], max_tokens: 7 };

function ask(fake: FakeProvider, { key = FAKE_API_KEY, body = question, path = "/chat/completions", signal }: Asking = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "x-goog-api-key": key, "x-api-key": key, traceparent: "00-a-b-01" };
  return fetch(`${fake.url}${path}`, { method: "POST", headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
}

describe("a fake provider", () => {
  it("says what its script has, in turn, and that it has no more", async () => {
    await using fake = await openFakeOpenAi({ replies: [{ status: 429, retryAfter: { at: new Date(0) } }, { text: "hi" }, { body: "" }] });
    const refused = await ask(fake);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "Thu, 01 Jan 1970 00:00:00 GMT"]);
    expect(await refused.json()).toMatchObject({ error: { type: "requests", code: "rate_limit_exceeded" } });
    expect(await (await ask(fake)).json()).toMatchObject({ choices: [{ message: { content: "hi" } }], usage: { prompt_tokens: 100 } });
    expect(await (await ask(fake)).text()).toBe("");
    const late = await ask(fake);
    expect([late.status, await late.text()]).toEqual([400, expect.stringContaining("the script has 3 replies, and this is request 4")]);
  });

  it("keeps what was asked, without the key", async () => {
    await using fake = await openFakeOpenAi({ replies: [{ text: "hi" }] });
    await ask(fake);
    const [request] = fake.requests;
    expect(request).toMatchObject({ api: "openai.chat", body: question, key: FAKE_API_KEY, streamed: false, lastUserText: "hello" });
    expect(request?.headers).toMatchObject({ traceparent: "00-a-b-01" });
    expect(JSON.stringify(request?.headers)).not.toContain("Bearer");
    expect(await request?.over).toBe("replied");
  });

  it.each([
    [401, { key: "wrong" }],
    [404, { path: "/nowhere" }],
    [400, { body: "no object" }],
    [400, { body: { model: "m" } }],
    [400, { body: { ...question, messages: [{ role: "assistant", tool_calls: [{ id: "1" }] }] } }],
  ])("refuses with %d what no provider would take, and asks no script: %j", async (status, asking) => {
    await using fake = await openFakeOpenAi({ replies: [] });
    expect((await ask(fake, asking)).status).toBe(status);
    expect([fake.requests, fake.refusals]).toEqual([[], [status]]);
  });

  it("counts what is open at once, and tells who went away", async () => {
    const held = Promise.withResolvers<void>();
    await using fake = await openFakeOpenAi({
      replies: [{ text: "hi", delivery: { pause: () => held.promise } }, { silence: "hang" }, { text: "hi" }],
    });
    const controller = new AbortController();
    const asked = [ask(fake), ask(fake, { signal: controller.signal }).catch(() => undefined)];
    await fake.arrived(2);
    expect(fake.mostAtOnce).toBe(2);
    controller.abort();
    held.resolve();
    await Promise.all(asked);
    expect((await Promise.all(fake.requests.map(({ over }) => over))).toSorted()).toEqual(["abandoned", "replied"]);
    await ask(fake);
    expect(fake.mostAtOnce).toBe(2);
  });

  it("streams one event at a time, and breaks off where it is told to", async () => {
    const passed = Promise.withResolvers<void>();
    const pause = (): Promise<void> => passed.promise;
    await using fake = await openFakeOpenAi({ replies: [{ text: ["one", "two"], middle: "cut", delivery: { pause } }] });
    const response = await ask(fake, { body: { ...question, stream: true } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    // Nothing has been paused for before the first event is out.
    expect((await reader?.read())?.value).toContain('"role":"assistant"');
    passed.resolve();
    expect((await reader?.read())?.value).toContain('"content":"one"');
    await expect(reader?.read()).rejects.toThrow("terminated");
  });

  it("speaks the APIs of Anthropic and Google", async () => {
    await using anthropic = await openFakeAnthropic({ replies: [] });
    // Without the version that it is to speak.
    expect((await ask(anthropic, { path: "/messages" })).status).toBe(401);
    await using google = await openFakeGoogle({ replies: [{ text: "hi" }] });
    const path = "/models/gemini-x:generateContent";
    const reply = await ask(google, { path, body: { contents: [{ role: "user", parts: [{ text: "hello" }] }] } });
    expect(await reply.json()).toMatchObject({ candidates: [{ content: { parts: [{ text: "hi" }] }, finishReason: "STOP" }] });
    expect(google.requests[0]).toMatchObject({ lastUserText: "hello", streamed: false });
  });
});
