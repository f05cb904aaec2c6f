import { ToolSourceError } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runNode, testingContext } from "../testing-context.ts";
import { askModel, askModelFor } from "./ask-model.ts";
import { defineTool } from "./tool.ts";

const asking = { model: "writer", prompt: "Go." };

function counting() {
  const done: number[] = [];
  const keys: string[] = [];
  const count = defineTool({
    name: "count",
    description: "d",
    input: z.object({ n: z.int() }),
    execute({ n }, { idempotencyKey }) {
      if (n < 0) throw new Error("negative");
      keys.push(idempotencyKey);
      return done.push(n);
    },
  });
  return { count, done, keys };
}

const call = (n: number) => ({ tool: "count", input: { n } });

describe("a node that is executed again", () => {
  it("asks the model for no reply that it has, executes no call again, and goes on where it was", async () => {
    const { count, done, keys } = counting();
    const steps = new Map<string, unknown>();
    const first = scriptedModel([{ toolCalls: [call(1), call(2)] }, { toolCalls: [call(1)] }, new Error("cut off")]);
    const before = testingContext({ models: { writer: first }, earlier: { steps } });
    await expect(runNode(askModel(asking, { tools: [count] }), before.context)).rejects.toThrow("cut off");
    const called = (at: string) => [`begin tool ${at} count`, `tool ${at} count`];
    expect([...steps.keys()]).toEqual(["reply 1", ...called("1.1"), ...called("1.2"), "reply 2", ...called("2.1")]);

    const second = scriptedModel(["Done."]);
    const after = testingContext({ models: { writer: second }, earlier: { steps } });
    await expect(runNode(askModel(asking, { tools: [count] }), after.context)).resolves.toMatchObject({ text: "Done." });
    second.assertUsedUp();
    expect([done, new Set(keys).size]).toEqual([[1, 2, 1], 3]);
    expect(second.requests[0]?.messages).toEqual(first.requests[2]?.messages);
    expect(after.spans.map(({ name }) => name)).toEqual(["chat scripted"]);
    expect([...after.artifacts.keys()]).toEqual(["state", "steps/1/reply", "steps/1/results", "steps/2/reply", "steps/2/results", "reply"]);
  });

  it("gives the call that was being executed the key that it had", async () => {
    const { count, keys } = counting();
    const steps = new Map<string, unknown>();
    const toolCalls = [call(1), call(1)];
    await runNode(
      askModel(asking, { tools: [count] }),
      testingContext({ models: { writer: scriptedModel([{ toolCalls }, "Done."]) }, earlier: { steps } }).context,
    );
    // Its effect was there, and its record was not.
    steps.delete("tool 1.2 count");
    await runNode(askModel(asking, { tools: [count] }), testingContext({ models: { writer: scriptedModel([]) }, earlier: { steps } }).context);
    expect(keys).toHaveLength(3);
    expect(keys[2]).toBe(keys[1]);
    expect(keys[1]).not.toBe(keys[0]);
  });

  it("is told again what failed for the model, and asks again for a reply that cannot be used", async () => {
    const { count } = counting();
    const steps = new Map<string, unknown>();
    const ask = askModelFor(z.object({ ok: z.boolean() }), asking, { tools: [count] });
    const first = testingContext({ models: { writer: scriptedModel([{ toolCalls: [call(-1)] }, "no JSON"]) }, earlier: { steps } });
    await expect(runNode(ask, first.context)).rejects.toMatchObject({ code: "MODEL_REPLY_INVALID" });
    expect(first.artifacts.get("reply")?.data).toMatchObject({ text: "no JSON" });
    const writer = scriptedModel([{ structured: { ok: true } }]);
    await expect(runNode(ask, testingContext({ models: { writer }, earlier: { steps } }).context)).resolves.toEqual({ ok: true });
    expect(writer.requests[0]?.messages.at(-1)).toMatchObject({ content: [{ failed: true, result: "count failed: negative" }] });
  });

  it("keeps the steps of its tools apart", async () => {
    const steps = new Map<string, unknown>();
    const fetching = defineTool({
      name: "fetching",
      description: "d",
      input: z.object({}),
      execute: async (_input, { step }) => await step("page", () => "text"),
    });
    const writer = scriptedModel([{ toolCalls: [{ tool: "fetching" }, { tool: "fetching" }] }, "Done."]);
    await runNode(askModel(asking, { tools: [fetching] }), testingContext({ models: { writer }, earlier: { steps } }).context);
    expect([...steps.keys()]).toContain("tool 1.2 fetching: page");
  });

  it("is sure of what it did, unless it was interrupted in the middle of what must not be done twice", async () => {
    const tool = (name: string, effect: "pure" | "effectful") =>
      defineTool({ name, description: "d", input: z.object({}), effect, execute: () => Promise.reject(new ToolSourceError("it", "is gone")) });
    const tools = [tool("look", "pure"), tool("act", "effectful")];
    const { unsure } = askModel(asking, { tools }).nodeType;
    for (const name of ["look", "act"]) {
      const steps = new Map<string, unknown>();
      const { context } = testingContext({ models: { writer: scriptedModel([{ toolCalls: [{ tool: name }] }]) }, earlier: { steps } });
      await expect(runNode(askModel(asking, { tools }), context)).rejects.toThrow("is gone");
      expect(unsure(new Set(steps.keys()))).toBe(name === "act");
      expect(unsure(new Set([...steps.keys(), `tool 1.1 ${name}`]))).toBe(false);
    }
  });

  it("takes no step without tools", async () => {
    const steps = new Map<string, unknown>();
    await runNode(askModel(asking), testingContext({ models: { writer: scriptedModel(["Done."]) }, earlier: { steps } }).context);
    expect(steps.size).toBe(0);
  });
});
