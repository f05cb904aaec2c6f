import { describe, expect, it } from "vitest";
import { ModelError } from "./errors.ts";
import type { ModelPiece, ModelRequest } from "./model-resource.ts";
import { scriptedModel, type ScriptedTurn } from "./scripted.ts";
import { lastUserText, modelResourceContract } from "./testing.ts";

modelResourceContract("a scripted model", {
  replying: (exchanges) =>
    scriptedModel((asked) => {
      const found = exchanges.find(({ request }) => lastUserText(request) === lastUserText(asked));
      if (!found) return new Error("not asked");
      return found.content ? { text: found.text, content: found.content, finishReason: "tool-calls" } : found.text;
    }),
  failing: () => scriptedModel([]),
});

describe("scriptedModel", () => {
  const request: ModelRequest = { messages: [{ role: "user", content: "hello" }] };

  it("replies in order, remembers what it was asked, and says when its answers are used up", async () => {
    const model = scriptedModel(["one", { text: "two", finishReason: "length" }, new ModelError("MODEL_RATE_LIMITED", "slow down")]);
    expect((await model.generate(request)).text).toBe("one");
    expect(await model.generate(request)).toMatchObject({ text: "two", finishReason: "length" });
    await expect(model.generate(request)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    await expect(model.generate(request)).rejects.toThrow(
      'the script has 3 answers, and the model was asked once more; the last message was "hello"',
    );
    expect(model.requests).toHaveLength(4);
  });

  it("writes the text of a structured reply", async () => {
    const model = scriptedModel([{ structured: { ok: true } }]);
    expect(await model.generate({ ...request, output: { name: "x", schema: {} } })).toMatchObject({ text: '{"ok":true}', structured: { ok: true } });
  });

  it("calls tools, thinks and makes files", async () => {
    const model = scriptedModel([
      { reasoning: "hmm", text: "I look", toolCalls: [{ tool: "search", input: { q: "x" } }, { tool: "list" }] },
      { files: [{ mediaType: "image/png", data: "iVBORw==" }], toolCalls: [{ tool: "list" }] },
    ]);
    expect(await model.generate(request)).toMatchObject({
      finishReason: "tool-calls",
      content: [
        { type: "reasoning", text: "hmm" },
        { type: "text", text: "I look" },
        { type: "tool-call", callId: "call_1", tool: "search", input: { q: "x" } },
        { type: "tool-call", callId: "call_2", tool: "list", input: {} },
      ],
    });
    expect((await model.generate(request)).content).toMatchObject([{ type: "file" }, { callId: "call_3" }]);
  });

  it("tells its thoughts and its text word by word, in their order", async () => {
    const pieces: ModelPiece[] = [];
    await scriptedModel([{ reasoning: "so so", text: " a  b\n" }]).generate(request, { onPiece: (piece) => void pieces.push(piece) });
    expect(pieces.map(({ channel, text }) => `${channel}:${text}`)).toEqual(["reasoning:so ", "reasoning:so", "text: a  ", "text:b\n"]);
  });

  it.each<[string, ScriptedTurn["expect"], boolean]>([
    ["a text that is in the last message", "hell", true],
    ["another text", "bye", false],
    ["a pattern that matches it", /^h.*o$/, true],
    ["another pattern", /^bye/, false],
    ["a function that takes the request", ({ system }) => system === undefined, true],
    ["a function that does not", ({ system }) => system === "x", false],
  ])("answers or not what has to fit %s", async (_what, expected, fits) => {
    const problem = await scriptedModel([{ expect: expected, answer: "yes" }])
      .generate(request)
      .then(
        ({ text }) => text,
        (error: Error) => error.message,
      );
    expect(problem).toMatch(fits ? /^yes$/ : /^call 1 of the script is to be one .*; the last message was "hello"$/);
  });

  it("finds what it expects in the result of a tool", async () => {
    const result = { type: "tool-result", callId: "1", tool: "t", result: { sky: "grey" } } as const;
    const model = scriptedModel([{ expect: '"sky":"grey"', answer: "ok" }]);
    expect((await model.generate({ messages: [{ role: "tool", content: [result] }] })).text).toBe("ok");
  });

  it("says which of its answers were not asked for", async () => {
    const model = scriptedModel(["one", "two", { expect: "x", answer: new Error("three") }]);
    await model.generate(request);
    expect(() => model.assertUsedUp()).toThrow(
      expect.objectContaining({
        code: "SCRIPT_UNUSED",
        message: 'the script of a model has 2 more than the 1 that it was asked for: "two", Error: three',
      }),
    );
    expect(() => scriptedModel([]).assertUsedUp()).not.toThrow();
  });

  it("stops waiting for an answer when the call is aborted", async () => {
    const model = scriptedModel(() => new Promise(() => {}));
    const controller = new AbortController();
    const failure = model.generate(request, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(failure).rejects.toThrow("enough");
    const own = new AbortController();
    const aborting = scriptedModel(() => {
      own.abort(new Error("by itself"));
      return new Promise(() => {});
    });
    await expect(aborting.generate(request, { signal: own.signal })).rejects.toThrow("by itself");
  });
});
