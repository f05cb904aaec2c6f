import { describe, expect, it } from "vitest";
import type { ModelResponse } from "./model-resource.ts";
import { filesOf, messageOfReply, partsOf, toolCallsOf, withStructured } from "./reply.ts";

const usage = { inputTokens: 3, outputTokens: 4, costUsd: 0.5 };
const reply = (text: string, finishReason: ModelResponse["finishReason"] = "stop"): ModelResponse => ({ text, finishReason, usage, modelId: "gpt" });

const request = { messages: [], output: { name: "a", schema: {} } };
const structuredOf = (text: string, finishReason?: ModelResponse["finishReason"]) => withStructured(reply(text, finishReason), { request });

describe("withStructured", () => {
  it.each(['{"a":[1]}', ' {"a":[1]}\n', '```json\n{"a":[1]}\n```', '\n```\n{"a":[1]}\n```\n'])("parses %j", (text) => {
    expect(structuredOf(text)).toEqual({ ...reply(text), structured: { a: [1] } });
  });

  it.each([
    ["Sure! Here it is", "stop"],
    ['Here:\n```json\n{"a":1}\n```\nEnjoy', "stop"],
    ['{"a":[1', "length"],
    ["I cannot do that", "content-filter"],
    ["  ", "stop"],
  ] as const)("leaves %j (%s) as it is, which is no JSON", (text, finishReason) => {
    expect(structuredOf(text, finishReason)).toStrictEqual(reply(text, finishReason));
  });

  it("parses another text where it is given, and keeps what is structured already", () => {
    expect(withStructured(reply("draft"), { request, text: "[1]" }).structured).toEqual([1]);
    expect(withStructured({ ...reply("draft"), structured: 2 }, { request }).structured).toBe(2);
  });

  it("parses nothing when nothing structured was asked for, or a tool is called first", () => {
    expect(withStructured(reply("hi"), { request: { messages: [] } })).not.toHaveProperty("structured");
    expect(withStructured({ ...reply("I look it up"), content: parts }, { request })).not.toHaveProperty("structured");
  });
});

const parts = [
  { type: "reasoning", text: "hmm" },
  { type: "text", text: "I look it up" },
  { type: "file", mediaType: "image/png", data: "iVBORw==" },
  { type: "tool-call", callId: "1", tool: "search", input: {} },
] as const;

describe("the parts of a reply", () => {
  it("are its content, or else its text", () => {
    expect(partsOf({ text: "hi" })).toEqual([{ type: "text", text: "hi" }]);
    expect(partsOf({ text: "" })).toEqual([]);
    expect(partsOf({ text: "I look it up", content: parts })).toEqual(parts);
  });

  it("are told apart, and go back to the model as they came", () => {
    const said = { text: "I look it up", content: parts };
    expect([toolCallsOf(said), filesOf(said)]).toEqual([[parts[3]], [parts[2]]]);
    expect(messageOfReply(said)).toEqual({ role: "assistant", content: parts });
    expect(messageOfReply({ text: "hi" })).toEqual({ role: "assistant", content: "hi" });
  });
});
