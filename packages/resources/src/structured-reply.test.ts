import { describe, expect, it } from "vitest";
import type { ModelResponse } from "./model-resource.ts";
import { structuredReply } from "./structured-reply.ts";

const model = { provider: "openai", modelId: "gpt" };
const usage = { inputTokens: 3, outputTokens: 4, costUsd: 0.5 };
const reply = (text: string, finishReason: ModelResponse["finishReason"] = "stop"): ModelResponse => ({ text, finishReason, usage, modelId: "gpt" });

describe("structuredReply", () => {
  it.each(['{"a":[1]}', ' {"a":[1]}\n', '```json\n{"a":[1]}\n```', '\n```\n{"a":[1]}\n```\n'])("parses %j", (text) => {
    expect(structuredReply(model, reply(text))).toEqual({ a: [1] });
  });

  it.each([
    ["Sure! Here it is", "stop", 'openai gpt was to reply with JSON, but its reply is "Sure! Here it is"'],
    ['{"a":[1', "length", 'its reply is "{\\"a\\":[1", cut off at the limit of output tokens; raise settings.maxOutputTokens'],
    ["I cannot do that", "content-filter", 'its reply is "I cannot do that": it refused, or a content filter stopped it'],
    ["  ", "stop", "its reply is empty"],
  ] as const)("says why %j (%s) is no reply", (text, finishReason, message) => {
    expect(() => structuredReply(model, reply(text, finishReason))).toThrow(message);
  });

  it("shortens a long reply and says what it cost", () => {
    const thrown = expect.objectContaining({ code: "MODEL_REPLY_INVALID", retryable: false, details: { ...model, finishReason: "stop", usage } });
    expect(() => structuredReply(model, reply("x".repeat(5000)))).toThrow(thrown);
    expect(() => structuredReply(model, reply("x".repeat(5000)))).toThrow(/^.{150,250}$/);
  });
});
