import type { NodeContext } from "@dad/agent";
import { canonicalJson, DadError, digestOfBytes, hexOfDigest, type Json, messageOf, nameHint } from "@dad/protocol";
import type { ModelToolCallPart, ModelToolResultPart } from "@dad/resources";
import { jsonResult } from "../json-result.ts";
import { awaitTool } from "./await-tool.ts";
import { ToolLeftError, ToolResultError } from "./errors.ts";
import { problemsOf } from "./model-schema.ts";
import { failSpan } from "./span.ts";
import type { Tool } from "./tool.ts";

/** What came of a call: its result, or why there is none, which is told to the model. */
type Outcome = { readonly result: Json } | { readonly problem: string; readonly type: string };

/** Executes what a model calls, one call after the other, each under a span of its own. */
export function toolCaller(context: NodeContext, tools: readonly Tool[]): (call: ModelToolCallPart) => Promise<ModelToolResultPart> {
  const keyOf = callKeys(context);
  return async (call) => {
    context.signal.throwIfAborted();
    const { callId, tool: name } = call;
    const tool = tools.find((candidate) => candidate.name === name);
    const span = context.observability.tracer.startSpan(`execute_tool ${name}`, { attributes: attributesOf(context, call, tool) });
    try {
      const outcome = await outcomeOf(call, tools, toolContext(context, keyOf(call)));
      if ("result" in outcome) return { type: "tool-result", callId, tool: name, result: outcome.result };
      failSpan(span, outcome.type);
      return { type: "tool-result", callId, tool: name, result: outcome.problem, failed: true };
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
}

/** What a tool is told comes from a model: commands that it runs are contained. */
function toolContext(context: NodeContext, idempotencyKey: string): NodeContext {
  return {
    ...context,
    idempotencyKey,
    untrusted: true,
    async exec(command, options) {
      const space = await context.isolated({ preset: "contained" });
      return space.exec(command, { ...options, signal: options?.signal ? AbortSignal.any([context.signal, options.signal]) : context.signal });
    },
  };
}

async function outcomeOf(call: ModelToolCallPart, tools: readonly Tool[], context: NodeContext): Promise<Outcome> {
  const tool = tools.find(({ name }) => name === call.tool);
  if (!tool) return { problem: unknownTool(call.tool, tools), type: "TOOL_UNKNOWN" };
  const input = tool.input.safeParse(call.input);
  if (!input.success)
    return { problem: `the input of ${tool.name} is not as its schema says: ${problemsOf(input.error)}`, type: "TOOL_INPUT_INVALID" };
  try {
    const result = await awaitTool(tool.name, () => tool.execute(input.data, context), context.signal);
    context.signal.throwIfAborted();
    return { result: jsonResult(result, (problem, options) => new ToolResultError(tool.name, problem, options)) };
  } catch (error) {
    if (error instanceof ToolLeftError) throw error;
    context.signal.throwIfAborted();
    // That is no failure of the tool, but a mistake in it, of which the model can make nothing.
    if (error instanceof ToolResultError) throw error;
    return { problem: `${tool.name} failed: ${messageOf(error)}`, type: DadError.is(error) ? error.code : "TOOL_FAILED" };
  }
}

function unknownTool(name: string, tools: readonly Tool[]): string {
  const names = tools.map((tool) => tool.name);
  return `there is no tool ${JSON.stringify(name)}; ${names.length === 0 ? "there are none" : nameHint(name, names)}`;
}

/** The same call of the next attempt has the same key; a call that is repeated within an attempt has another one. */
function callKeys({ idempotencyKey }: NodeContext): (call: ModelToolCallPart) => string {
  const counts = new Map<string, number>();
  return ({ tool, input }) => {
    const digest = hexOfDigest(digestOfBytes(canonicalJson({ tool, input })));
    const count = (counts.get(digest) ?? 0) + 1;
    counts.set(digest, count);
    return `${idempotencyKey}:${tool}:${digest.slice(0, 16)}:${count}`;
  };
}

function attributesOf({ path }: NodeContext, { callId, tool: name }: ModelToolCallPart, tool: Tool | undefined): Record<string, string> {
  return {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": name,
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.id": callId,
    ...(tool ? { "gen_ai.tool.description": tool.description } : {}),
    "dad.node.path": path,
  };
}
