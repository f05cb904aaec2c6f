import { flow, type NodeDefinition } from "@dad/agent";
import { addUsage, asRecorded, type Usage } from "@dad/protocol";
import type { ModelRequest, ModelResource, ModelResponse } from "@dad/resources";
import { BudgetExhaustedError, ModelError } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { renderValue, scopeOf } from "@dad/template";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { askModel, askModelFor } from "./ask-model.ts";
import { FileOperations } from "../files/file-operation.ts";
import { runNode, testingContext } from "../testing-context.ts";

const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, costUsd: 0.25 };

function modelWith(reply: Partial<ModelResponse> | Error, requests: ModelRequest[] = [], recorded = false): ModelResource {
  return {
    provider: "anthropic",
    modelId: "model-1",
    capabilities: { structuredOutput: true, recorded, streaming: false, tools: true, files: true },
    async generate(request) {
      requests.push(request);
      if (reply instanceof Error) throw reply;
      return { text: "hello", finishReason: "stop", usage, modelId: "model-1-2026", ...reply };
    },
  };
}

const Plan = z.object({ summary: z.string(), operations: FileOperations });

describe("askModel", () => {
  it("sends what was rendered and gives the text", async () => {
    const requests: ModelRequest[] = [];
    const { context } = testingContext({ models: { writer: modelWith({}, requests) } });
    const definition = askModel({ model: "writer", system: "Be brief.", prompt: "Hi", settings: { temperature: 0 } });
    await expect(runNode(definition, context)).resolves.toEqual({ text: "hello", finishReason: "stop", files: [] });
    expect(requests).toEqual([{ system: "Be brief.", messages: [{ role: "user", content: "Hi" }], settings: { temperature: 0 } }]);
  });

  it("keeps the request before the call and the reply after it, and counts the usage", async () => {
    const failing = testingContext({ models: { writer: modelWith(new ModelError("MODEL_UNAVAILABLE", "down", { retryable: true })) } });
    const definition = askModel({ model: "writer", prompt: "Hi" });
    await expect(runNode(definition, failing.context)).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE", retryable: true });
    expect([...failing.artifacts.keys()]).toEqual(["state"]);
    expect(failing.artifacts.get("state")?.data).toEqual({
      model: { alias: "writer", provider: "anthropic", modelId: "model-1" },
      request: { messages: [{ role: "user", content: "Hi" }] },
    });
    const { context, artifacts, usages } = testingContext({ models: { writer: modelWith({}) } });
    await runNode(definition, context);
    expect(artifacts.get("reply")?.data).toMatchObject({ text: "hello", modelId: "model-1-2026", usage });
    expect(usages).toEqual([usage]);
  });

  it("counts what a reply cost that the adapter could not read", async () => {
    const error = new ModelError("MODEL_REPLY_INVALID", "not JSON", { details: { usage } });
    const { context, usages } = testingContext({ models: { writer: modelWith(error) } });
    await expect(runNode(askModel({ model: "writer", prompt: "Hi" }), context)).rejects.toBe(error);
    expect(usages).toEqual([usage]);
  });

  it("has a span for the call, in which no content is", async () => {
    const { context, spans } = testingContext({ models: { writer: modelWith({}) } });
    await runNode(askModel({ model: "writer", system: "SECRET", prompt: "SECRET", settings: { maxOutputTokens: 7, stopSequences: ["x"] } }), context);
    expect(spans).toMatchObject([{ name: "chat model-1", kind: 2, status: { code: 0 } }]);
    expect(spans.map(({ attributes }) => attributes)).toEqual([
      {
        "dad.node.path": "agent.flow.node",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "model-1",
        "gen_ai.output.type": "text",
        "gen_ai.request.max_tokens": 7,
        "gen_ai.request.stop_sequences": ["x"],
        "gen_ai.response.model": "model-1-2026",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "dad.cost.usd": 0.25,
        "dad.artifact.request.uri": "node/files/state",
        "dad.artifact.request.digest": expect.stringMatching(/^sha256:/) as string,
        "dad.artifact.reply.uri": "node/files/reply",
        "dad.artifact.reply.digest": expect.stringMatching(/^sha256:/) as string,
      },
    ]);
  });

  it("has in the span what a recording says under names of its own, and nothing under those of what was used", async () => {
    const used = async (usage: Usage) => {
      const { context, spans } = testingContext({ models: { writer: modelWith({ usage }) } });
      await runNode(askModel({ model: "writer", prompt: "Hi" }), context);
      return Object.entries(spans[0]?.attributes ?? {}).filter(([name]) => /usage|cost/.test(name));
    };
    const recorded = [
      ["dad.usage.recorded.calls", 1],
      ["dad.usage.recorded.input_tokens", 10],
      ["dad.usage.recorded.output_tokens", 5],
    ];
    expect(await used(asRecorded(usage))).toEqual([...recorded, ["dad.cost.usd", 0]]);
    const both = [
      ["gen_ai.usage.input_tokens", 10],
      ["gen_ai.usage.output_tokens", 5],
      ["gen_ai.usage.cache_read.input_tokens", 4],
    ];
    expect(await used(addUsage(usage, asRecorded(usage)))).toEqual([...both, ...recorded, ["dad.cost.usd", 0.25]]);
  });

  it("tells the provider of which span its call is a part", async () => {
    const asked: unknown[] = [];
    const model: ModelResource = {
      ...modelWith({}),
      async generate(_request, { headers } = {}) {
        asked.push(headers);
        return { text: "hello", finishReason: "stop", usage, modelId: "model-1-2026" };
      },
    };
    const { context, spans } = testingContext({ models: { writer: model } });
    await runNode(askModel({ model: "writer", prompt: "Hi" }), context);
    expect(asked).toEqual([{ traceparent: `00-${spans[0]?.traceId}-${spans[0]?.spanId}-01` }]);
  });

  it("ends the span of a failed call with the code of the error alone", async () => {
    const { context, spans } = testingContext({ models: { writer: modelWith(new ModelError("MODEL_REFUSED", "you said SECRET")) } });
    await expect(runNode(askModel({ model: "writer", prompt: "SECRET" }), context)).rejects.toThrow("SECRET");
    expect(spans[0]).toMatchObject({ status: { code: 2, message: "MODEL_REFUSED" }, attributes: { "error.type": "MODEL_REFUSED" } });
    expect(JSON.stringify(spans)).not.toContain("SECRET");
  });

  it("says in the span of a call that a budget refused which one that was, and how it stood", async () => {
    const level = { scope: "run", unit: "calls", limit: 2, spent: 2 } as const;
    const { context, spans } = testingContext({ models: { writer: modelWith(new BudgetExhaustedError(level, { wanted: 1 })) } });
    await expect(runNode(askModel({ model: "writer", prompt: "Hi" }), context)).rejects.toMatchObject({ code: "BUDGET_EXHAUSTED" });
    const attributes = { "dad.budget.scope": "run", "dad.budget.unit": "calls", "dad.budget.limit": 2, "dad.budget.spent": 2 };
    expect(spans[0]).toMatchObject({ attributes: { "error.type": "BUDGET_EXHAUSTED", ...attributes } });
  });

  it.each(["content-filter", "error"] as const)("refuses a reply that ended with %s", async (finishReason) => {
    const { context, usages } = testingContext({ models: { writer: modelWith({ finishReason, text: "" }) } });
    await expect(runNode(askModel({ model: "writer", prompt: "Hi" }), context)).rejects.toMatchObject({
      code: "MODEL_REPLY_INVALID",
      retryable: true,
    });
    expect(usages).toEqual([usage]);
  });

  it("names the models of the profile when there is no such one", async () => {
    const { context, artifacts } = testingContext({ models: { writer: modelWith({}) } });
    await expect(runNode(askModel({ model: "wirter", prompt: "Hi" }), context)).rejects.toMatchObject({ code: "RESOURCE_UNKNOWN" });
    expect(artifacts.size).toBe(0);
  });

  it("does not call when the attempt is aborted", async () => {
    const requests: ModelRequest[] = [];
    const { context, controller } = testingContext({ models: { writer: modelWith({}, requests) } });
    controller.abort(new Error("cancelled"));
    await expect(runNode(askModel({ model: "writer", prompt: "Hi" }), context)).rejects.toThrow("cancelled");
    expect(requests).toEqual([]);
  });

  it.each([
    { prompt: "x" },
    { model: "a", prompt: "" },
    { model: "a", prompt: "x", temprature: 1 },
    { model: "a", prompt: "x", settings: { temprature: 1 } },
  ])("does not take the settings %j", (settings) => {
    expect(askModel({ model: "a", prompt: "x" }).nodeType.settings.safeParse(settings).success).toBe(false);
  });
});

describe("askModelFor", () => {
  const reply = { summary: "s", operations: [{ type: "delete_file", path: "a" }] };

  it("asks for the schema, which is part of the settings, and gives the reply", async () => {
    const requests: ModelRequest[] = [];
    const { context } = testingContext({ models: { coder: modelWith({ structured: reply }, requests) } });
    const definition = askModelFor(Plan, { model: "coder", name: "plan", prompt: "Plan it." });
    await expect(runNode(definition, context)).resolves.toEqual(reply);
    expect(requests[0]?.output?.name).toBe("plan");
    expect(requests[0]?.output?.schema).toMatchObject({ type: "object", required: ["summary", "operations"], additionalProperties: false });
    expect(definition.settings).toMatchObject({ output: requests[0]?.output });
  });

  it("has the type of the schema", () => {
    const definition = askModelFor(Plan, { model: "coder", prompt: "Plan it." });
    expectTypeOf(definition).toEqualTypeOf<NodeDefinition<z.output<typeof Plan>>>();
    flow("f")
      .node("plan", definition)
      .node("say", (nodes) => askModel({ model: "coder", prompt: nodes.plan.summary }))
      // @ts-expect-error -- the schema has no such field
      .node("more", (nodes) => askModel({ model: "coder", prompt: nodes.plan.title }));
    expect(definition.kind).toBe("node");
  });

  it("asks with closed objects and anyOf, which providers take", () => {
    const { settings } = askModelFor(Plan, { model: "coder", prompt: "x" });
    const text = JSON.stringify(settings);
    expect(text).not.toContain("oneOf");
    expect(text).not.toContain("$schema");
    expect(text.match(/"type":"object"/g)?.length).toBe(text.match(/"additionalProperties":false/g)?.length);
  });

  it("keeps what looks like a template in a schema as it is", () => {
    const Priced = z.object({ price: z.string().describe("such as $var{price} or $expr{1}") });
    const { settings } = askModelFor(Priced, { model: "coder", prompt: "$var{task}" });
    const rendered = JSON.stringify(renderValue(settings, scopeOf({ task: "t" })));
    expect(rendered).toContain("such as $var{price} or $expr{1}");
    expect(rendered).toContain('"prompt":"t"');
  });

  it("refuses a schema that no model can be asked for", () => {
    expect(() => askModelFor(z.object({ at: z.date() }), { model: "coder", prompt: "x" })).toThrow(
      expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining("the schema of the reply: at: Date") as string }),
    );
    const swapped = askModelFor as unknown as (options: object, schema: z.ZodType) => unknown;
    expect(() => swapped({ model: "coder", prompt: "x" }, Plan)).toThrow(
      new TypeError("askModelFor takes a zod schema first, and then what is asked"),
    );
  });

  it("refuses a reply that does not fit, with the problems and its beginning, and counts it", async () => {
    const bad = { summary: 1, operations: [{ type: "edit_file", path: "a", edits: [] }] };
    const model = modelWith({ structured: bad, text: `{"summary":1,${"x".repeat(1000)}` });
    const { context, artifacts, usages } = testingContext({ models: { coder: model } });
    const failure = runNode(askModelFor(Plan, { model: "coder", prompt: "x" }), context);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_REPLY_INVALID", retryable: true });
    await expect(failure).rejects.toThrow(/summary: .*expected string.*operations\[0\]\.edits: .*it begins: \{"summary":1,x+…$/);
    await expect(failure).rejects.toSatisfy((error: Error) => error.message.length < 800);
    expect([artifacts.has("reply"), usages]).toEqual([true, [usage]]);
  });

  it("says that a reply was cut off, or is no JSON, and that a recording will not do better", async () => {
    const { context } = testingContext({ models: { coder: modelWith({ text: '{"a', finishReason: "length" }, [], true) } });
    const failure = runNode(askModelFor(Plan, { model: "coder", prompt: "x" }), context);
    await expect(failure).rejects.toThrow(/cut off at the limit of tokens.*it is no JSON/);
    await expect(failure).rejects.toMatchObject({ retryable: false });
  });

  it.each([
    ["prose", "Sure! Here you are: {title: 1}", "stop", "cannot be used: it is no JSON; it begins: Sure! Here you are"],
    ["a fence in prose", 'Here:\n```json\n{"n":1}\n```\nEnjoy', "stop", "cannot be used: it is no JSON; it begins: Here:"],
    [
      "JSON that was cut off",
      '{"n":',
      "length",
      "cannot be used (it was cut off at the limit of tokens: raise settings.maxOutputTokens): it is no JSON",
    ],
    ["nothing", " ", "stop", /cannot be used: it is empty$/],
    [
      "a refusal",
      "I will not",
      "content-filter",
      'it ended with "content-filter" (the model refused, or a filter stopped it); it begins: I will not',
    ],
  ] as const)("keeps a reply that is of no use: %s", async (...[, text, finishReason, message]) => {
    const { context, artifacts, usages } = testingContext({ models: { coder: scriptedModel([{ text, finishReason }]) } });
    const failure = runNode(askModelFor(z.object({ n: z.number() }), { model: "coder", prompt: "x" }), context);
    await expect(failure).rejects.toMatchObject({ code: "MODEL_REPLY_INVALID" });
    await expect(failure).rejects.toThrow(message);
    expect(artifacts.get("reply")?.data).toMatchObject({ text, finishReason });
    expect(usages).toHaveLength(1);
  });

  it("leaves transforms to whoever parses the output, so that they happen once", async () => {
    const Doubling = z.object({ n: z.number().transform((n) => n * 2) });
    const { context } = testingContext({ models: { coder: modelWith({ structured: { n: 2 } }) } });
    await expect(runNode(askModelFor(Doubling, { model: "coder", prompt: "x" }), context)).resolves.toEqual({ n: 4 });
  });
});
