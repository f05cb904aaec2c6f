import type { Command } from "@dad/isolation";
import type { OpenToolSource, ToolReply, ToolSource } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { execResult, fakeSpace, runNode, testingContext, type TestingContextOptions } from "../testing-context.ts";
import { askModel } from "./ask-model.ts";
import { defineTool } from "./tool.ts";

// What the trace of a node that asks a model tells of it.

const asking = { model: "writer", prompt: "Is it grey in Bern?" };
const weather = defineTool({
  name: "weather",
  description: "Says what the weather is.",
  input: z.object({ city: z.string() }),
  effect: "pure",
  execute: async ({ city }, { observability }) => {
    observability.tracer.startSpan("look out of the window").end();
    return { city, sky: "grey" };
  },
});
const call = { toolCalls: [{ tool: "weather", input: { city: "Bern" } }] };

function contextWith(script: Parameters<typeof scriptedModel>[0], options: TestingContextOptions = {}) {
  return testingContext({ models: { writer: scriptedModel(script) }, ...options });
}

describe("what is told of a conversation", () => {
  it("is one span for each call, with whatever a tool does within its own", async () => {
    const { context, spans } = contextWith([call, "Yes."]);
    await runNode(askModel(asking, { tools: [weather] }), context);
    expect(spans.map(({ name }) => name)).toEqual(["chat scripted", "look out of the window", "execute_tool weather", "chat scripted"]);
    expect(spans[1]?.parentSpanId).toBe(spans[2]?.spanId);
  });

  it("names the artifacts that have what was said, as they are when the node is over", async () => {
    const { context, spans } = contextWith([call, "Yes."]);
    await runNode(askModel(asking, { tools: [weather] }), context);
    const referred = spans.map(({ attributes }) =>
      Object.fromEntries(Object.entries(attributes).flatMap(([name, value]) => (name.endsWith(".uri") ? [[name.split(".")[2], value]] : []))),
    );
    const request = "node/files/state";
    expect(referred).toEqual([
      { request, reply: "node/files/steps/1/reply" },
      {},
      { arguments: "node/files/steps/1/reply" },
      { request, results: "node/files/steps/1/results", reply: "node/files/reply" },
    ]);
  });

  it("ends also with a reply that cannot be kept", async () => {
    const { context, spans } = contextWith(["Yes."]);
    const record: typeof context.record = (draft) => (draft.name === "reply" ? Promise.reject(new Error("disk full")) : context.record(draft));
    await expect(runNode(askModel(asking), { ...context, record })).rejects.toThrow("disk full");
    expect(spans).toMatchObject([{ name: "chat scripted", status: { code: 0 } }]);
  });

  it("is a plan where the author of the node says that the reply is one", async () => {
    const { context, spans } = contextWith([call, "First, look."]);
    await runNode(askModel({ ...asking, plan: true }, { tools: [weather] }), context);
    const plan = spans.at(-1);
    expect(plan).toMatchObject({ name: "plan agent", kind: 0, attributes: { "gen_ai.operation.name": "plan", "gen_ai.agent.name": "agent" } });
    const inIt = spans.filter(({ parentSpanId }) => parentSpanId === plan?.spanId).map(({ name }) => name);
    expect(inIt).toEqual(["chat scripted", "execute_tool weather", "chat scripted"]);
    await expect(runNode(askModel(asking), context, { plan: true })).rejects.toThrow("plan");
  });
});

describe("what is told of a tool", () => {
  it("is how long it took, by its name", async () => {
    const denied = defineTool({ name: "denied", description: "d", input: z.object({}), approval: true, execute: () => 1 });
    const failing = defineTool({ name: "failing", description: "d", input: z.object({}), execute: () => Promise.reject(new Error("SECRET")) });
    const script = [{ toolCalls: [{ tool: "denied" }, { tool: "failing" }, { tool: "missing" }] }, "Yes."];
    const { context, telemetry } = contextWith(script, { earlier: { answer: () => "deny" } });
    await runNode(askModel(asking, { tools: [denied, failing] }), context);
    const durations = telemetry.metrics.filter(({ name }) => name === "gen_ai.execute_tool.duration");
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "failing",
      "gen_ai.tool.type": "function",
      "error.type": "TOOL_FAILED",
    };
    expect(durations.map((metric) => metric.attributes)).toEqual([attributes]);
    expect(JSON.stringify(telemetry.spans)).not.toContain("SECRET");
  });

  it("is known to the commands that it runs", async () => {
    const ran: Command[] = [];
    const isolatedSpace = fakeSpace(async (command) => (ran.push(command), execResult()));
    const make = defineTool({
      name: "make",
      description: "d",
      input: z.object({}),
      execute: async (_input, { exec }) => void (await exec({ argv: ["make"], env: { MODE: "fast" } })),
    });
    const { context, spans } = contextWith([{ toolCalls: [{ tool: "make" }] }, "Yes."], { isolatedSpace });
    await runNode(askModel(asking, { tools: [make] }), context);
    expect(ran[0]?.env).toEqual({ MODE: "fast", TRACEPARENT: `00-${spans[1]?.traceId}-${spans[1]?.spanId}-01` });
  });

  it("is what it was told and gave, without secrets, only when messages are captured", async () => {
    const contents = async (options: TestingContextOptions) => {
      const { context, spans } = contextWith([{ toolCalls: [{ tool: "weather", input: { city: "a-secret-city" } }] }, "Yes."], options);
      await runNode(askModel(asking, { tools: [weather] }), context);
      const { "gen_ai.tool.call.arguments": told, "gen_ai.tool.call.result": gave } = spans[2]?.attributes ?? {};
      return [told, gave];
    };
    expect(await contents({})).toEqual([undefined, undefined]);
    const capture = { messages: true, input: [], output: [], maxLength: 1_000 };
    expect(await contents({ earlier: { capture }, resources: { secrets: { city: "a-secret-city" } } })).toEqual([
      '{"city":"[secret city]"}',
      '{"city":"[secret city]","sky":"grey"}',
    ]);
  });
});

describe("what is told of a tool of an MCP server", () => {
  const protocol: OpenToolSource["protocol"] = {
    name: "mcp",
    version: "2025-11-25",
    sessionId: "session-1",
    transport: "tcp",
    address: "tools.example",
    port: 443,
  };
  const server = (reply: ToolReply): ToolSource => ({
    identity: null,
    open: async () => ({
      server: "fake 1",
      protocol,
      tools: [{ name: "read", description: "Reads.", inputSchema: { type: "object" } }],
      call: async () => reply,
      [Symbol.asyncDispose]: async () => {},
    }),
  });
  const told = async (reply: ToolReply) => {
    const { context, spans } = contextWith([{ toolCalls: [{ tool: "read" }] }, "Yes."], { resources: { tools: { files: server(reply) } } });
    await runNode(askModel({ ...asking, toolsFrom: ["files"] }), context);
    return spans;
  };
  const session = {
    "mcp.protocol.version": "2025-11-25",
    "mcp.session.id": "session-1",
    "network.transport": "tcp",
    "server.address": "tools.example",
    "server.port": 443,
  };

  it("is how it is spoken with, and no second span for it", async () => {
    const [list, , tool, ...others] = await told({ result: "done", requestId: "3" });
    expect(list).toMatchObject({ name: "tools/list files", kind: 2, attributes: { "mcp.method.name": "tools/list", ...session } });
    expect(tool).toMatchObject({
      name: "execute_tool read",
      kind: 0,
      status: { code: 0 },
      attributes: { "mcp.method.name": "tools/call", "jsonrpc.request.id": "3", ...session },
    });
    expect(others).toHaveLength(1);
  });

  it.each([
    [{ result: "no", failed: true }, "tool_error", undefined],
    [{ result: "no", failed: true, errorCode: -32_602 }, "-32602", "-32602"],
  ])("is by which of both it failed: %j", async (reply, type, code) => {
    const [, , tool] = await told(reply);
    expect(tool).toMatchObject({ status: { code: 2, message: type }, attributes: { "error.type": type } });
    expect(tool?.attributes["rpc.response.status_code"]).toBe(code);
  });
});
