import type { NodeContext } from "@dad/agent";
import { canonicalJson, DadError, digestOfBytes, hexOfDigest, type Json, messageOf, nameHint } from "@dad/protocol";
import { type ModelToolCallPart, type ModelToolResultPart, ToolSourceError } from "@dad/resources";
import { jsonResult } from "../json-result.ts";
import { approver, type Verdict } from "./approval.ts";
import { awaitTool } from "./await-tool.ts";
import { ToolLeftError, ToolResultError } from "./errors.ts";
import type { OfferedTool, ToolOutcome, ToolPlace } from "./offered-tool.ts";
import { failSpan, inSpan, traceHeaders } from "./span.ts";

/** Executes what a model calls. `at` says which call it is: `2.1` is the first of the second reply. */
export type CallTool = (call: ModelToolCallPart, at: string) => Promise<ModelToolResultPart>;

/**
 * Executes what a model calls, one call after the other: each is a step, under a span of its own. Who has to approve of it is
 * asked before.
 */
export function toolCaller(context: NodeContext, tools: readonly OfferedTool[]): CallTool {
  const keyOf = callKeys(context);
  const approve = approver(context);
  return async (call, at) => {
    context.signal.throwIfAborted();
    const idempotencyKey = keyOf(call);
    const checked = checkedCall(call, tools);
    const verdict = "tool" in checked ? await approve({ call, at, ...checked }) : undefined;
    const step = `tool ${at} ${call.tool.slice(0, LONGEST_NAME).toWellFormed()}`;
    const executes = "tool" in checked && verdict?.denied === undefined;
    if (executes && checked.tool.effect === "effectful") await context.step(begunBefore(step), () => null);
    const span = { name: `execute_tool ${call.tool}`, attributes: attributesOf(call, checked, verdict) };
    const { result, failure } = await context.step(step, () =>
      inSpan(context, span, async (own) => {
        const outcome = await outcomeOf(checked, verdict, { context: toolContext(context, { idempotencyKey, step }), headers: traceHeaders(own) });
        if (outcome.failure !== undefined) failSpan(own, outcome.failure);
        return outcome;
      }),
    );
    return { type: "tool-result", callId: call.callId, tool: call.tool, result, ...(failure === undefined ? {} : { failed: true }) };
  };
}

const LONGEST_NAME = 64;

function begunBefore(step: string): string {
  return `begin ${step}`;
}

/** Whether a call was begun that must not be executed twice, and nobody knows what came of it. */
export function isUnsure(steps: ReadonlySet<string>): boolean {
  return [...steps].some((step) => step.startsWith("begin ") && !steps.has(step.slice("begin ".length)));
}

/** A call that can be executed, or what came of one that cannot. */
type CheckedCall = { readonly tool: OfferedTool; readonly input: unknown } | ToolOutcome;

function checkedCall({ tool: name, input }: ModelToolCallPart, tools: readonly OfferedTool[]): CheckedCall {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) return { result: unknownTool(name, tools), failure: "TOOL_UNKNOWN" };
  const checked = tool.check(input);
  if ("input" in checked) return { tool, input: checked.input };
  return { result: `the input of ${name} is not as its schema says: ${checked.problem}`, failure: "TOOL_INPUT_INVALID" };
}

async function outcomeOf(checked: CheckedCall, verdict: Verdict | undefined, place: ToolPlace): Promise<ToolOutcome> {
  if (!("tool" in checked)) return checked;
  const { tool, input } = checked;
  const { context } = place;
  if (verdict?.denied !== undefined) return { result: `${tool.name} was not executed: ${verdict.denied}`, failure: "TOOL_DENIED" };
  try {
    const { result, failure } = await awaitTool(tool.name, () => tool.execute(input, place), context.signal);
    context.signal.throwIfAborted();
    return { result: jsonResult(result, (problem, options) => new ToolResultError(tool.name, problem, options)), ...(failure ? { failure } : {}) };
  } catch (error) {
    if (error instanceof ToolLeftError) throw error;
    context.signal.throwIfAborted();
    // These are no failures of the tool of which a model could make something.
    if (error instanceof ToolResultError || error instanceof ToolSourceError) throw error;
    return { result: `${tool.name} failed: ${messageOf(error)}`, failure: DadError.is(error) ? error.code : "TOOL_FAILED" };
  }
}

/** What a tool is told comes from a model: commands that it runs are contained. Its own steps are within that of its call. */
function toolContext(context: NodeContext, { idempotencyKey, step }: { readonly idempotencyKey: string; readonly step: string }): NodeContext {
  return {
    ...context,
    idempotencyKey,
    untrusted: true,
    step: (name, work) => context.step(`${step}: ${name}`, work),
    async exec(command, options) {
      const space = await context.isolated({ preset: "contained" });
      return space.exec(command, { ...options, signal: options?.signal ? AbortSignal.any([context.signal, options.signal]) : context.signal });
    },
  };
}

function unknownTool(name: string, tools: readonly OfferedTool[]): Json {
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

function attributesOf(call: ModelToolCallPart, checked: CheckedCall, verdict: Verdict | undefined): Record<string, string> {
  const tool = "tool" in checked ? checked.tool : undefined;
  return {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": call.tool,
    "gen_ai.tool.type": tool?.source === undefined ? "function" : "extension",
    "gen_ai.tool.call.id": call.callId,
    ...(tool ? { "gen_ai.tool.description": tool.description } : {}),
    ...(tool?.source === undefined ? {} : { "dad.tool.source": tool.source }),
    ...(verdict === undefined ? {} : { "dad.tool.approval": verdict.denied === undefined ? "approved" : "denied" }),
  };
}
