import { describe, expect, it } from "vitest";
import { readChat, spanChat } from "./read-chat.ts";

describe("readChat", () => {
  it("puts what tools gave to their calls, over all steps", () => {
    const chat = readChat({
      model: { alias: "default", provider: "fake", modelId: "m-1" },
      request: {
        system: "Be brief.",
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "Look" },
              { type: "file", mediaType: "image/png", digest: "sha256:1", size: 3 },
            ],
          },
        ],
        tools: [{ name: "read" }],
        toolChoice: "auto",
        settings: { temperature: 0.2 },
      },
      steps: [
        {
          reply: {
            text: "",
            content: [
              { type: "reasoning", text: "hm" },
              { type: "tool-call", callId: "1", tool: "read", input: { path: "a" } },
            ],
          },
          results: [{ type: "tool-result", callId: "1", tool: "read", result: "none", failed: true }],
        },
        { reply: { text: "Done.", finishReason: "stop", modelId: "m-1-0925", warnings: ["no seed"] } },
      ],
    });
    expect(chat.messages).toEqual([
      { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
      {
        role: "user",
        parts: [
          { kind: "text", text: "Look" },
          { kind: "file", file: { mediaType: "image/png", digest: "sha256:1", size: 3 } },
        ],
      },
      {
        role: "assistant",
        step: 1,
        parts: [
          { kind: "reasoning", text: "hm" },
          { kind: "call", callId: "1", tool: "read", input: { path: "a" }, result: { value: "none", failed: true } },
        ],
      },
      { role: "assistant", step: 2, parts: [{ kind: "text", text: "Done." }] },
    ]);
    expect(chat).toMatchObject({
      model: { alias: "default", provider: "fake", modelId: "m-1" },
      settings: [
        ["temperature", 0.2],
        ["toolChoice", "auto"],
      ],
      tools: [{ name: "read" }],
      finishReason: "stop",
      answeredBy: "m-1-0925",
      warnings: ["no seed"],
    });
  });

  it("shows what it does not know as it is, and fails for nothing", () => {
    const chat = readChat({ request: { messages: [{ role: "user", content: [{ type: "hologram", x: 1 }] }, 7, null] }, steps: [{ reply: "odd" }] });
    expect(chat.messages.map(({ parts }) => parts[0]?.kind)).toEqual(["other", "other", "other", "other"]);
    expect(readChat({ request: null, steps: [] }).messages).toEqual([]);
  });
});

describe("spanChat", () => {
  it("reads messages as the conventions write them, as text or as value", () => {
    const chat = spanChat({
      "gen_ai.system_instructions": [{ type: "text", content: "Be brief." }],
      "gen_ai.input.messages": JSON.stringify([
        { role: "user", parts: [{ type: "text", content: "Hi" }] },
        { role: "assistant", parts: [{ type: "tool_call", id: "c", name: "get", arguments: { a: 1 } }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "c", response: "r" }] },
      ]),
      "gen_ai.output.messages": [{ role: "assistant", parts: [{ type: "reasoning", content: "so" }], finish_reason: "stop" }],
    });
    expect(chat?.messages.map(({ role, parts }) => [role, parts[0]?.kind])).toEqual([
      ["system", "text"],
      ["user", "text"],
      ["assistant", "call"],
      ["assistant", "reasoning"],
    ]);
    expect(spanChat({ "gen_ai.request.model": "m" })).toBeUndefined();
  });
});
