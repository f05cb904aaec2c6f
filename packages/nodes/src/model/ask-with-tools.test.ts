import { flow } from "@dad/agent";
import { asRecorded } from "@dad/protocol";
import { ModelError, type ModelMessage, type ModelToolResultPart } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { execResult, fakeSpace, runNode, testingContext } from "../testing-context.ts";
import { askModel, askModelFor } from "./ask-model.ts";
import { problemsOf } from "./model-schema.ts";
import { defineTool, type ToolOptions } from "./tool.ts";

const weather = defineTool({
  name: "weather",
  description: "Says what the weather is.",
  input: z.object({ city: z.string() }),
  effect: "pure",
  execute: async ({ city }) => ({ city, sky: "grey" }),
});
const asking = { model: "writer", prompt: "Is it grey in Bern?" };

function contextWith(...script: Parameters<typeof scriptedModel>) {
  const writer = scriptedModel(...script);
  return { writer, ...testingContext({ models: { writer } }) };
}

/** What the model was told of its last calls. */
function resultsOf(messages: readonly ModelMessage[] | undefined): readonly ModelToolResultPart[] {
  const last = messages?.at(-1);
  if (last?.role !== "tool") throw new TypeError("the last message has no results");
  return last.content;
}

afterEach(() => vi.useRealTimers());

describe("a model with tools (row 86, D-64)", () => {
  it("is asked again with what its tools gave, until it calls none", async () => {
    const { writer, context, artifacts, usages } = contextWith([
      { text: "I look.", toolCalls: [{ tool: "weather", input: { city: "Bern" } }] },
      { toolCalls: [{ tool: "weather", input: { city: "Rome" } }] },
      "Yes.",
    ]);
    await expect(runNode(askModel(asking, { tools: [weather] }), context)).resolves.toMatchObject({ text: "Yes.", finishReason: "stop" });
    writer.assertUsedUp();
    const [first, second, third] = writer.requests;
    expect(first?.tools).toMatchObject([{ name: "weather", inputSchema: { type: "object", required: ["city"], additionalProperties: false } }]);
    expect(second?.messages).toEqual([
      { role: "user", content: "Is it grey in Bern?" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool-call", callId: "call_1", tool: "weather", input: { city: "Bern" } },
        ],
      },
      { role: "tool", content: [{ type: "tool-result", callId: "call_1", tool: "weather", result: { city: "Bern", sky: "grey" } }] },
    ]);
    expect(third?.messages).toHaveLength(5);
    expect([...artifacts.keys()]).toEqual(["state", "steps/1/reply", "steps/1/results", "steps/2/reply", "steps/2/results", "reply"]);
    expect(artifacts.get("state")?.data).toMatchObject({ request: first });
    expect(artifacts.get("steps/1/reply")?.data).toMatchObject({ text: "I look.", finishReason: "tool-calls" });
    expect(artifacts.get("steps/1/results")?.data).toMatchObject([{ callId: "call_1", result: { sky: "grey" } }]);
    expect(artifacts.get("reply")?.data).toMatchObject({ text: "Yes." });
    expect(usages).toEqual([1, 2, 3].map(() => asRecorded({ inputTokens: 1, outputTokens: 1, costUsd: 0 })));
  });

  it("may call tools before it replies as its schema says", async () => {
    const { writer, context } = contextWith([{ toolCalls: [{ tool: "weather", input: { city: "Bern" } }] }, { structured: { grey: true } }]);
    const definition = askModelFor(z.object({ grey: z.boolean() }), asking, { tools: [weather] });
    await expect(runNode(definition, context)).resolves.toEqual({ grey: true });
    expect(writer.requests.map(({ output, tools }) => [output?.name, tools?.length])).toEqual([
      ["reply", 1],
      ["reply", 1],
    ]);
  });

  it("has several calls executed in order, each under a span without content", async () => {
    const order: string[] = [];
    const slow = defineTool({
      name: "slow",
      description: "d",
      input: z.object({ n: z.int() }),
      async execute({ n }) {
        order.push(`begin ${n}`);
        await Promise.resolve();
        order.push(`end ${n}`);
      },
    });
    const calls = [1, 2].map((n) => ({ tool: "slow", input: { n } }));
    const { writer, context, spans } = contextWith([{ toolCalls: calls }, "done"]);
    await runNode(askModel(asking, { tools: [slow] }), context);
    expect(order).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
    expect(resultsOf(writer.requests[1]?.messages).map(({ callId, result }) => [callId, result])).toEqual([
      ["call_1", null],
      ["call_2", null],
    ]);
    expect(spans.map(({ name }) => name)).toEqual(["chat scripted", "execute_tool slow", "execute_tool slow", "chat scripted"]);
    expect(spans[1]).toMatchObject({
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "slow",
        "gen_ai.tool.call.id": "call_1",
        "dad.node.path": "agent.flow.node",
      },
    });
  });

  it.each([
    [
      "an input that does not fit",
      { tool: "weather", input: { city: 1 } },
      /^the input of weather is not as its schema says: city: /,
      "TOOL_INPUT_INVALID",
    ],
    ["an input that is no JSON", { tool: "weather", input: '{"city":' }, /expected object/, "TOOL_INPUT_INVALID"],
    ["a tool that is not there", { tool: "wether", input: {} }, /^there is no tool "wether"; did you mean .*weather/, "TOOL_UNKNOWN"],
    ["a tool that fails", { tool: "broken" }, /^broken failed: out of order$/, "TOOL_FAILED"],
    ["a tool that fails with a code", { tool: "coded" }, /^coded failed: slow down$/, "MODEL_RATE_LIMITED"],
  ])("is told of %s, and goes on", async (...[, call, problem, type]) => {
    const input = z.object({});
    const failing = (name: string, error: Error) => defineTool({ name, description: "d", input, execute: () => Promise.reject(error) });
    const tools = [weather, failing("broken", new Error("out of order")), failing("coded", new ModelError("MODEL_RATE_LIMITED", "slow down"))];
    const { writer, context, spans, artifacts } = contextWith([{ toolCalls: [call] }, "I see."]);
    await expect(runNode(askModel(asking, { tools }), context)).resolves.toMatchObject({ text: "I see." });
    const results = [{ failed: true, result: expect.stringMatching(problem) as string }];
    expect(resultsOf(writer.requests[1]?.messages)).toMatchObject(results);
    expect(artifacts.get("steps/1/results")?.data).toMatchObject(results);
    expect(spans[1]).toMatchObject({ status: { code: 2, message: type }, attributes: { "error.type": type } });
  });

  it("fails when a tool gives something that is no JSON, of which the model can make nothing", async () => {
    const odd = defineTool({ name: "odd", description: "d", input: z.object({}), execute: () => ({ at: new Date() }) });
    const { context, spans } = contextWith([{ toolCalls: [{ tool: "odd" }] }]);
    const failure = runNode(askModel(asking, { tools: [odd] }), context);
    await expect(failure).rejects.toMatchObject({ code: "TOOL_RESULT_INVALID", message: expect.stringContaining("$.at") as string });
    expect(spans[1]).toMatchObject({ attributes: { "error.type": "TOOL_RESULT_INVALID" } });
  });

  it("is stopped after its steps, with what it said so far", async () => {
    const { writer, context, artifacts, usages } = contextWith(() => ({ toolCalls: [{ tool: "weather", input: { city: "Bern" } }] }));
    const failure = runNode(askModel({ ...asking, maxSteps: 3 }, { tools: [weather] }), context);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_STEPS_EXCEEDED", retryable: false, details: { maxSteps: 3, tools: ["weather"] } });
    expect([writer.requests.length, usages.length, [...artifacts.keys()].at(-2), [...artifacts.keys()].at(-1)]).toEqual([
      3,
      3,
      "steps/2/results",
      "reply",
    ]);
    await expect(runNode(askModel(asking, { tools: [weather] }), contextWith(() => ({ toolCalls: [{ tool: "weather" }] })).context)).rejects.toThrow(
      "within 8 steps",
    );
  });

  it("is not asked again when the attempt is aborted while a tool works, nor is the next tool called", async () => {
    const called: string[] = [];
    const toolCalls = [{ tool: "stop" }, { tool: "stop" }];
    const { writer, context, controller, spans, artifacts } = contextWith([{ toolCalls }]);
    const stop = defineTool({
      name: "stop",
      description: "d",
      input: z.object({}),
      execute: (_input, { signal }) => {
        called.push("stop");
        controller.abort(new Error("cancelled"));
        return Promise.reject(new Error(`aborted: ${signal.aborted}`));
      },
    });
    await expect(runNode(askModel(asking, { tools: [stop] }), context)).rejects.toThrow("cancelled");
    expect([called, writer.requests.length, spans.length, [...artifacts.keys()]]).toEqual([["stop"], 1, 2, ["state", "steps/1/reply"]]);
    // The reason of the abort, and not that the tool failed.
    expect(spans[1]).toMatchObject({ attributes: { "error.type": "Error" } });
  });

  it("leaves a tool that does not react to its signal, and names it", async () => {
    vi.useFakeTimers();
    const { context, controller, spans } = contextWith([{ toolCalls: [{ tool: "deaf" }] }]);
    const begun = Promise.withResolvers<void>();
    const execute = () => (begun.resolve(), new Promise(() => {}));
    const deaf = defineTool({ name: "deaf", description: "d", input: z.object({}), execute });
    const reason = new Error("cancelled");
    const failure = runNode(askModel(asking, { tools: [deaf] }), context).catch((error: unknown) => error);
    await begun.promise;
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await failure).toMatchObject({
      code: "TOOL_LEFT",
      message: expect.stringMatching(/^the tool "deaf" was left behind: it still went on 4000 ms after it was aborted/) as string,
      cause: reason,
    });
    expect(spans[1]).toMatchObject({ attributes: { "error.type": "TOOL_LEFT" } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for a tool that tidies up once it is aborted, and keeps no timer", async () => {
    vi.useFakeTimers();
    const { context, controller } = contextWith([{ toolCalls: [{ tool: "tidy" }] }]);
    const done: string[] = [];
    const tidy = defineTool({
      name: "tidy",
      description: "d",
      input: z.object({}),
      async execute() {
        controller.abort(new Error("cancelled"));
        await vi.advanceTimersByTimeAsync(3_999);
        done.push("tidied up");
      },
    });
    await expect(runNode(askModel(asking, { tools: [tidy] }), context)).rejects.toThrow("cancelled");
    expect([done, vi.getTimerCount()]).toEqual([["tidied up"], 0]);
  });

  it("is left when the attempt is aborted while it is asked again", async () => {
    const { context, controller } = contextWith((_request, call) => {
      if (call === 0) return { toolCalls: [{ tool: "weather", input: { city: "Bern" } }] };
      controller.abort(new Error("cancelled"));
      return new Promise(() => {});
    });
    await expect(runNode(askModel(asking, { tools: [weather] }), context)).rejects.toThrow("cancelled");
  });

  it("is forced to call a tool by its first reply only", async () => {
    const { writer, context } = contextWith([{ toolCalls: [{ tool: "weather", input: { city: "Bern" } }] }, "Yes."]);
    await runNode(askModel({ ...asking, toolChoice: { tool: "weather" } }, { tools: [weather] }), context);
    expect(writer.requests.map(({ toolChoice }) => toolChoice)).toEqual([{ tool: "weather" }, undefined]);
  });

  it("contains the commands that its tools run", async () => {
    const ranIn: string[] = [];
    const spaceNamed = (name: string) =>
      fakeSpace(async () => {
        ranIn.push(name);
        return execResult();
      });
    const run = defineTool({
      name: "run",
      description: "d",
      input: z.object({ argv: z.array(z.string()) }),
      async execute({ argv: [program = "", ...args] }, { exec, space, untrusted }) {
        await exec({ argv: [program, ...args] });
        await space.exec({ argv: ["own"] });
        return untrusted;
      },
    });
    const writer = scriptedModel([{ toolCalls: [{ tool: "run", input: { argv: ["rm"] } }] }, "done"]);
    const { context, policies } = testingContext({ models: { writer }, space: spaceNamed("run"), isolatedSpace: spaceNamed("contained") });
    await runNode(askModel(asking, { tools: [run] }), context);
    expect([ranIn, policies]).toEqual([["contained", "run"], [{ preset: "contained" }]]);
    expect(resultsOf(writer.requests[1]?.messages)).toMatchObject([{ result: true }]);
  });

  it("gives each call of a tool a key of its own, which is the same in the next attempt", async () => {
    const attempt = async () => {
      const keys: string[] = [];
      const note = defineTool({
        name: "note",
        description: "d",
        input: z.object({ n: z.int() }),
        execute: (_input, { idempotencyKey }) => void keys.push(idempotencyKey),
      });
      const { context } = contextWith([{ toolCalls: [1, 2, 1].map((n) => ({ tool: "note", input: { n } })) }, "done"]);
      await runNode(askModel(asking, { tools: [note] }), context);
      return keys;
    };
    const keys = await attempt();
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => key.startsWith("run_1:agent.flow.node:note:"))).toBe(true);
    expect(await attempt()).toEqual(keys);
  });
});

describe("defineTool", () => {
  const plain = { name: "t", description: "such as $var{price}", input: z.object({}) };

  it("checks the input with the types of its schema", () => {
    defineTool({
      ...plain,
      input: z.object({ n: z.string().transform(Number) }),
      // @ts-expect-error -- the schema makes a number of it
      execute: ({ n }) => n.length,
    });
    expect(defineTool({ ...plain, execute: () => 1 })).toMatchObject({ effect: "effectful", version: "1" });
  });

  it.each([
    ["a name that is none", { ...plain, name: "my tool" }, "a tool is 1 to 64 letters"],
    ["an input that is no object", { ...plain, input: z.string() }, 'the input of the tool "t" is no object'],
    [
      "an input that no model can be told",
      { ...plain, input: z.object({ at: z.date() }) },
      'no model can be told the input of the tool "t": at: Date',
    ],
  ])("refuses %s", (_what, options: Pick<ToolOptions<z.ZodType>, "name" | "description" | "input">, message) => {
    const define = () => defineTool({ ...options, execute: () => 1 });
    expect(define).toThrow(expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining(message) as string }));
  });

  it("refuses what has no function, and two tools of one name", () => {
    expect(() => defineTool({ ...plain, execute: 1 as never })).toThrow(TypeError);
    const tool = defineTool({ ...plain, execute: () => 1 });
    expect(() => askModel(asking, { tools: [tool, tool] })).toThrow(expect.objectContaining({ code: "DEFINITION_INVALID" }));
  });

  it("is part of the identity of the node with its name, schema, version and text", () => {
    const identity = (options: object, execute: () => unknown = () => 1) => {
      const { nodeType, settings } = askModel(asking, { tools: [defineTool({ ...plain, ...options, execute })] });
      return JSON.stringify([nodeType.version, settings]);
    };
    const one = identity({});
    expect(identity({})).toBe(one);
    const others = [identity({}, () => 2), identity({ version: "2" }), identity({ name: "u" }), identity({ input: z.object({ n: z.int() }) })];
    expect(new Set([one, ...others]).size).toBe(5);
    expect(askModel(asking).nodeType.version).toBe("2");
  });

  it("makes the node as effectful as the tool that matters most", () => {
    const effectWith = (...effects: ("pure" | "idempotent" | "effectful")[]) => {
      const tools = effects.map((effect, index) => defineTool({ ...plain, name: `t${index}`, effect, execute: () => 1 }));
      return askModel(asking, { tools }).nodeType.effect;
    };
    expect([effectWith(), effectWith("pure"), effectWith("pure", "idempotent"), effectWith("idempotent", "effectful")]).toEqual([
      "pure",
      "pure",
      "idempotent",
      "effectful",
    ]);
  });

  it("has a description in which nothing is a template", () => {
    const { settings } = askModel(asking, { tools: [defineTool({ ...plain, execute: () => 1 })] });
    const { kind } = flow("f").node("ask", askModel(asking, { tools: [weather] })).elements[0]?.definition ?? {};
    expect([kind, JSON.stringify(settings)]).toEqual(["node", expect.stringContaining("such as $$var{price}")]);
  });

  it.each([
    [{ toolChoice: "required" }, "toolChoice: the node has no tools"],
    [{ toolChoice: { tool: "wether" } }, 'toolChoice: the node has no tool "wether"; there is none'],
  ])("is not chosen when the node has no such tool: %j", (choice, problem) => {
    const settings = { ...asking, ...choice };
    const { error } = askModel(asking).nodeType.settings.safeParse(settings);
    expect(problemsOf(error!)).toBe(problem);
    const tool = { name: "weather", description: "", inputSchema: { type: "object" } };
    expect(askModel(asking).nodeType.settings.safeParse({ ...settings, tools: [tool] }).success).toBe(choice.toolChoice === "required");
  });
});
