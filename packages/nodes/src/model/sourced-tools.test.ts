import { type Json, ModelRequest } from "@dad/protocol";
import { type SourcedTool, type ToolOptions, ToolSourceError, type ToolSource } from "@dad/resources";
import { scriptedModel } from "@dad/resources/scripted";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runNode, testingContext, type TestingEarlier, type TestingResources } from "../testing-context.ts";
import { askModel, askModelFor } from "./ask-model.ts";
import { offeredNames } from "./offered-names.ts";
import { defineTool } from "./tool.ts";

const asking = { model: "writer", prompt: "Go." };
const inputSchema = { type: "object" } as const;

interface Source extends ToolSource {
  readonly calls: { readonly tool: string; readonly input: Json; readonly options: ToolOptions | undefined }[];
  readonly log: string[];
}

function source(tools: readonly Partial<SourcedTool>[], reply: (tool: string) => Json = () => "done"): Source {
  const calls: Source["calls"] = [];
  const log: string[] = [];
  return {
    calls,
    log,
    identity: null,
    async open(options) {
      log.push(`open ${options?.headers?.["traceparent"] !== undefined}`);
      return {
        server: "fake 1",
        tools: tools.map((tool) => ({ name: "read", description: "Reads.", inputSchema, ...tool })),
        async call(tool, input, called) {
          calls.push({ tool, input, options: called });
          const result = reply(tool);
          return result === "fail" ? { result: "there is no such file", failed: true } : { result };
        },
        [Symbol.asyncDispose]: async () => void log.push("close"),
      };
    },
  };
}

type Script = Parameters<typeof scriptedModel>[0];

function contextWith(script: Script, { tools, ...earlier }: TestingResources & TestingEarlier) {
  const writer = scriptedModel(script);
  return { writer, ...testingContext({ models: { writer }, resources: { ...(tools && { tools }) }, earlier }) };
}

describe("tools of others", () => {
  it("are offered beside those of the node, executed where they are, and closed with the attempt", async () => {
    const files = source([{}, { name: "write" }]);
    const own = defineTool({ name: "own", description: "d", input: z.object({}), execute: () => 1 });
    const { writer, context, spans, owned } = contextWith([{ toolCalls: [{ tool: "read", input: { path: "a" } }] }, "Done."], { tools: { files } });
    await runNode(askModel({ ...asking, toolsFrom: ["files"] }, { tools: [own] }), context);
    expect(writer.requests[0]?.tools?.map(({ name }) => name)).toEqual(["own", "read", "write"]);
    expect(ModelRequest.safeParse(writer.requests[0]).success).toBe(true);
    const headers = { traceparent: `00-${spans[2]?.traceId}-${spans[2]?.spanId}-01` };
    const idempotencyKey = expect.stringMatching(/^run_1:agent\.flow\.node:read:/) as string;
    expect(files.calls).toEqual([{ tool: "read", input: { path: "a" }, options: { signal: context.signal, headers, idempotencyKey } }]);
    expect(writer.requests[1]?.messages.at(-1)).toMatchObject({ content: [{ tool: "read", result: "done" }] });
    expect(spans.map(({ name }) => name)).toEqual(["tools/list files", "chat scripted", "execute_tool read", "chat scripted"]);
    expect(spans[2]?.attributes).toMatchObject({ "gen_ai.tool.type": "extension", "dad.tool.source": "files" });
    for (const resource of owned) await resource[Symbol.asyncDispose]();
    expect(files.log).toEqual(["open true", "close"]);
  });

  it("are the same when the node is executed again, whatever the source has now; it is opened when something is to be executed", async () => {
    const steps = new Map<string, unknown>();
    const call = { toolCalls: [{ tool: "read" }] };
    await runNode(askModel({ ...asking, toolsFrom: ["files"] }), contextWith([call, "Done."], { tools: { files: source([{}]) }, steps }).context);
    for (const name of ["reply 2", "tool 1.1 read"]) {
      steps.delete(name);
      const files = source([{ name: "renamed" }]);
      const { writer, context } = contextWith(["Done."], { tools: { files }, steps });
      await runNode(askModel({ ...asking, toolsFrom: ["files"] }), context);
      expect(writer.requests.map(({ tools }) => tools?.map((tool) => tool.name))).toEqual(name === "reply 2" ? [["read"]] : []);
      expect([files.log.length, files.calls.length]).toEqual(name === "reply 2" ? [0, 0] : [1, 1]);
    }
  });

  it("are chosen, and asked about, by the names that the source has", async () => {
    const files = source([{ effect: "pure" }, { name: "write", effect: "idempotent" }, { name: "delete" }]);
    const prompts: string[] = [];
    const answer = ({ prompt }: { readonly prompt: string }) => (prompts.push(prompt), "deny");
    const script: Script = [{ toolCalls: [{ tool: "read" }, { tool: "write" }] }, "Done."];
    const { writer, context } = contextWith(script, { tools: { files }, answer });
    await runNode(askModel({ ...asking, toolsFrom: [{ source: "files", only: ["read", "write"], approval: ["write"] }] }), context);
    expect(writer.requests[0]?.tools?.map(({ name }) => name)).toEqual(["read", "write"]);
    expect(files.calls.map(({ tool }) => tool)).toEqual(["read"]);
    expect(prompts).toEqual([
      expect.stringMatching(/^The model calls the tool write, which is from files \(files says that it is idempotent\), with:/),
    ]);
    const missing = runNode(askModel({ ...asking, toolsFrom: [{ source: "files", only: ["raed"] }] }), contextWith([], { tools: { files } }).context);
    await expect(missing).rejects.toMatchObject({
      code: "TOOL_MISSING",
      message: expect.stringMatching(/^files has no tool "raed"; .*read/) as string,
    });
  });

  it("say of their failures, and have their results cut", async () => {
    const files = source([{}, { name: "large" }, { name: "list" }], (tool) =>
      tool === "read" ? "fail" : tool === "large" ? "x".repeat(200_000) : [{}],
    );
    const script: Script = [{ toolCalls: [{ tool: "read" }, { tool: "large" }, { tool: "list" }] }, "Done."];
    const { writer, context } = contextWith(script, { tools: { files } });
    await runNode(askModel({ ...asking, toolsFrom: ["files"] }), context);
    const { content } = writer.requests[1]?.messages.at(-1) ?? {};
    expect(content).toMatchObject([
      { failed: true, result: "there is no such file" },
      { result: expect.stringMatching(/^x{100000}\n\[cut: these are the first 100000 of 200000 characters\]$/) as string },
      { result: [{}] },
    ]);
  });

  it("fail the node when their source is gone, and are asked again then", async () => {
    const gone: ToolSource = { identity: null, open: () => Promise.reject(new ToolSourceError("files", "it is gone", { retryable: true })) };
    const steps = new Map<string, unknown>();
    const failure = runNode(askModel({ ...asking, toolsFrom: ["files"] }), contextWith([], { tools: { files: gone }, steps }).context);
    await expect(failure).rejects.toMatchObject({ code: "TOOLS_UNAVAILABLE", retryable: true });
    expect(steps.size).toBe(0);
  });

  it("are closed at once when their source opens only after the attempt is over", async () => {
    const files = source([{}]);
    const { context } = contextWith([], { tools: { files } });
    const use = () => {
      throw new Error("the attempt is over");
    };
    await expect(runNode(askModel({ ...asking, toolsFrom: ["files"] }), { ...context, use })).rejects.toThrow("the attempt is over");
    expect(files.log).toEqual(["open true", "close"]);
  });

  it("are needed of the profile, and make the node as effectful as the author says", () => {
    const { nodeType, settings } = askModel({ ...asking, toolsFrom: ["files", { source: "github", effect: "pure" }] });
    expect(nodeType.needs?.(nodeType.settings.parse(settings))).toEqual([
      { kind: "model", id: "writer" },
      { kind: "tools", id: "files" },
      { kind: "tools", id: "github" },
    ]);
    const effectOf = (toolsFrom: never) => askModel({ ...asking, toolsFrom }).nodeType.effect;
    expect([nodeType.effect, effectOf([{ source: "a", effect: "pure" }] as never), effectOf("$var{sources}" as never)]).toEqual([
      "effectful",
      "pure",
      "effectful",
    ]);
    expect(nodeType.settings.safeParse({ ...asking, toolsFrom: ["a", { source: "a" }] }).error?.issues[0]?.message).toBe('"a" is there twice');
    expect(nodeType.input?.safeParse({ settings: { toolsFrom: ["other"] } }).success).toBe(false);
  });

  it("may be the one that is to be called first, if it is there", async () => {
    const files = source([{}]);
    const asked = contextWith([{ toolCalls: [{ tool: "read" }] }, "Done."], { tools: { files } });
    await runNode(askModel({ ...asking, toolsFrom: ["files"], toolChoice: { tool: "read" } }), asked.context);
    expect(asked.writer.requests[0]?.toolChoice).toEqual({ tool: "read" });
    const failure = runNode(
      askModel({ ...asking, toolsFrom: ["files"], toolChoice: { tool: "raed" } }),
      contextWith([], { tools: { files } }).context,
    );
    await expect(failure).rejects.toMatchObject({ code: "TOOL_MISSING" });
  });
});

describe("a secret where something long is cut", () => {
  const secret = "Zq7vK2mXw9Rt4LpB8sNd";

  it("is in no part of what a model is told", async () => {
    const files = source([{}], () => `${"x".repeat(99_990)}${secret}${"y".repeat(1_000)}`);
    const writer = scriptedModel([{ toolCalls: [{ tool: "read", input: {} }] }, "Done."]);
    const { context } = testingContext({ models: { writer }, resources: { tools: { files }, secrets: { key: secret } } });
    await runNode(askModel({ ...asking, toolsFrom: ["files"] }), context);
    const told = JSON.stringify(writer.requests[1]?.messages.at(-1));
    expect(told).toContain("[cut: ");
    expect(told).not.toContain("Zq7v");
  });

  it("is in no part of a reply that cannot be used", async () => {
    const writer = scriptedModel([`${"x".repeat(290)}${secret}`]);
    const { context } = testingContext({ models: { writer }, resources: { secrets: { key: secret } } });
    await expect(runNode(askModelFor(z.object({}), asking), context)).rejects.toThrow(/it begins: x+[^xZ]/);
  });
});

describe("the names of tools of others", () => {
  it("are their own, unless somebody else has them", () => {
    const tools = [
      { source: "a", name: "read" },
      { source: "a", name: "write" },
      { source: "b", name: "write" },
      { source: "b", name: "own" },
    ];
    expect(offeredNames(["own"], tools)).toEqual(["read", "a_write", "b_write", "b_own"]);
  });

  it("are such as providers take, and each is another, whatever sources call them", () => {
    const long = "x".repeat(100);
    const names = ["files/read", "files.read", long, `${long}y`, "", "a_b", "b"].map((name) => ({ source: "a", name }));
    const offered = offeredNames(["b", "a_b"], names);
    expect(new Set([...offered, "b", "a_b"]).size).toBe(9);
    expect(offered.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true);
    expect(offeredNames(["b", "a_b"], names)).toEqual(offered);
  });
});
