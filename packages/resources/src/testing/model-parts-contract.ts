import { canonicalJson, DadError, ModelResponse } from "@dad/protocol";
import { expect, it } from "vitest";
import type { ModelRequest, ModelResource, ModelTool } from "../model-resource.ts";
import { messageOfReply, toolCallsOf } from "../reply.ts";
import { type ModelResourceSubject, rich, type SubjectExchange } from "./model-resource-subject.ts";

const weather: ModelTool = {
  name: "weather",
  description: "Says what the weather is.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
};
const asking: ModelRequest = { messages: [{ role: "user", content: "Compare Bern and Rome." }], tools: [weather], toolChoice: "auto" };
const called: SubjectExchange = {
  request: asking,
  text: "I look.",
  content: [
    { type: "text", text: "I look." },
    { type: "tool-call", callId: "call_1", tool: "weather", input: { city: "Bern" } },
    { type: "tool-call", callId: "call_2", tool: "weather", input: { city: "Rome" } },
  ],
};
const answering: ModelRequest = {
  ...asking,
  messages: [
    ...asking.messages,
    messageOfReply(called),
    {
      role: "tool",
      content: [
        { type: "tool-result", callId: "call_1", tool: "weather", result: { sky: "grey" } },
        { type: "tool-result", callId: "call_2", tool: "weather", result: "no such city", failed: true },
      ],
    },
    { role: "user", content: "In one word." },
  ],
};
const exchanges = [called, { request: answering, text: "Grey." }];

export function tools(subject: ModelResourceSubject): void {
  it("takes a request with tools, or refuses it when it does not claim to have them", async () => {
    const model = await subject.replying(exchanges);
    for (const { request, text } of exchanges) expect(await outcomeOf(model, request)).toBe(model.capabilities.tools ? text : "MODEL_REFUSED");
  });

  it("calls tools", async () => {
    const model = await subject.replying(exchanges);
    if (!model.capabilities.tools) return;
    for (const options of [{}, { onPiece() {} }]) {
      const reply = await model.generate(asking, options);
      expect(reply).toMatchObject({ text: "I look.", finishReason: "tool-calls" });
      expect(reply.content).toMatchObject(called.content ?? []);
      expect(ModelResponse.safeParse(reply).error).toBeUndefined();
      expect(() => canonicalJson(reply)).not.toThrow();
    }
  });

  it("goes on with the results of its tools", async () => {
    const model = await subject.replying(exchanges);
    if (!model.capabilities.tools) return;
    const reply = await model.generate(answering);
    expect(reply).toMatchObject({ text: "Grey.", finishReason: "stop" });
    expect(toolCallsOf(reply)).toEqual([]);
  });

  it("may call tools before it replies with the JSON that was asked for", async () => {
    const output = rich.output as NonNullable<ModelRequest["output"]>;
    const asked = [
      { ...called, request: { ...asking, output } },
      { request: { ...answering, output }, text: '{"words":1}' },
    ];
    const model = await subject.replying(asked);
    if (!model.capabilities.tools) return;
    const replies = await Promise.all(asked.map(({ request }) => model.generate(request)));
    expect(replies.map((reply) => reply.structured)).toEqual([undefined, { words: 1 }]);
  });
}

/** The text of the reply, or the code of the failure. */
async function outcomeOf(model: ModelResource, request: ModelRequest): Promise<unknown> {
  return model.generate(request).then(
    ({ text }) => text,
    (error: unknown) => (DadError.is(error) ? error.code : error),
  );
}

export function files(subject: ModelResourceSubject): void {
  it("takes files, or refuses a request with files when it does not claim to", async () => {
    const request: ModelRequest = {
      messages: [
        {
          role: "user",
          content: [
            { type: "file", mediaType: "image/png", data: DOT, name: "dot.png" },
            { type: "text", text: "What is it?" },
          ],
        },
      ],
    };
    const model = await subject.replying([{ request, text: "A dot." }]);
    expect(await outcomeOf(model, request)).toBe(model.capabilities.files ? "A dot." : "MODEL_REFUSED");
  });
}

/** A PNG of one pixel. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
