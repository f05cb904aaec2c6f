import type { NodeContext } from "@dad/agent";
import { capturing } from "@dad/model-calls";
import {
  artifactAttributes,
  ATTRIBUTES,
  type Attributes,
  errorTypeOf,
  histogramOf,
  METRICS,
  OPERATIONS,
  type Span,
  SPANS,
  traceHeaders,
  traceVariables,
} from "@dad/observability";
import { type ArtifactEntry, canonicalJson, DadError, digestOfBytes, hexOfDigest, type Json, messageOf, nameHint } from "@dad/protocol";
import { type ModelToolCallPart, type ModelToolResultPart, ToolSourceError } from "@dad/resources";
import { jsonResult } from "../json-result.ts";
import { approver, type Verdict } from "./approval.ts";
import { awaitTool } from "./await-tool.ts";
import { ToolLeftError, ToolResultError } from "./errors.ts";
import type { OfferedTool, ToolOutcome, ToolPlace } from "./offered-tool.ts";
import { failInSpan, inSpan } from "./in-span.ts";

const { genAi, dad, error } = ATTRIBUTES;

export interface CallPlace {
  /** Which call it is: `2.1` is the first of the second reply. */
  readonly at: string;
  /** The artifact that has what the tool is told. */
  readonly said: { readonly arguments: ArtifactEntry | undefined };
}

/** Executes what a model calls. */
export type CallTool = (call: ModelToolCallPart, place: CallPlace) => Promise<ModelToolResultPart>;

/**
 * Executes what a model calls, one call after the other: each is a step, under a span of its own. Who has to approve of it is
 * asked before.
 */
export function toolCaller(context: NodeContext, tools: readonly OfferedTool[]): CallTool {
  const keyOf = callKeys(context);
  const approve = approver(context);
  return async (call, { at, said }) => {
    context.signal.throwIfAborted();
    const idempotencyKey = keyOf(call);
    const checked = checkedCall(call, tools);
    const verdict = "tool" in checked ? await approve({ call, at, ...checked }) : undefined;
    const step = `tool ${at} ${call.tool.slice(0, LONGEST_NAME).toWellFormed()}`;
    const executes = "tool" in checked && verdict?.denied === undefined;
    if (executes && checked.tool.effect === "effectful") await context.step(begunBefore(step), () => null);
    const execution = { call, checked, verdict, said, idempotencyKey, step };
    const { result, failure } = await context.step(step, () => executed(context, execution));
    return { type: "tool-result", callId: call.callId, tool: call.tool, result, ...(failure === undefined ? {} : { failed: true }) };
  };
}

interface Execution extends Pick<CallPlace, "said"> {
  readonly call: ModelToolCallPart;
  readonly checked: CheckedCall;
  readonly verdict: Verdict | undefined;
  readonly idempotencyKey: string;
  readonly step: string;
}

/** Under a span of its own, which says nothing of what the tool is told and gives, unless messages are captured. */
async function executed(context: NodeContext, execution: Execution): Promise<ToolOutcome> {
  const { call, checked, verdict, idempotencyKey, step } = execution;
  const capture = capturing(context);
  const attributes = { ...attributesOf(execution), ...capture({ [genAi.toolCallArguments]: call.input }) };
  const measure = toolMeter(context, execution);
  return await inSpan(context, { name: SPANS.executeTool(call.tool), attributes }, async ({ span, context: within }) => {
    let errorType: string | undefined;
    const tell = (told: Attributes): void => {
      const { [error.type]: type, ...others } = told;
      if (typeof type === "string") errorType = type;
      span.setAttributes(others);
    };
    const place = { context: toolContext(within, { idempotencyKey, step, span }), headers: traceHeaders(span), tell };
    const outcome = await outcomeOf(checked, verdict, place).catch((thrown: unknown) => {
      measure(errorTypeOf(thrown));
      throw thrown;
    });
    span.setAttributes(capture({ [genAi.toolCallResult]: outcome.result }));
    if (outcome.failure !== undefined) errorType = failInSpan(context, span, { error: outcome.result, type: errorType ?? outcome.failure });
    measure(errorType);
    return outcome;
  });
}

/** Measures how long a tool takes, of one that is executed. */
function toolMeter({ observability: { meter } }: NodeContext, { call, checked, verdict }: Execution): (errorType: string | undefined) => void {
  const began = performance.now();
  return (errorType) => {
    if (!("tool" in checked) || verdict?.denied !== undefined) return;
    histogramOf(meter, METRICS.toolDuration).record((performance.now() - began) / 1_000, {
      [genAi.operationName]: OPERATIONS.executeTool,
      [genAi.toolName]: call.tool,
      [genAi.toolType]: typeOfTool(checked),
      ...(errorType === undefined ? {} : { [error.type]: errorType }),
    });
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
  } catch (thrown) {
    if (thrown instanceof ToolLeftError) throw thrown;
    context.signal.throwIfAborted();
    // These are no failures of the tool of which a model could make something.
    if (thrown instanceof ToolResultError || thrown instanceof ToolSourceError) throw thrown;
    return { result: `${tool.name} failed: ${messageOf(thrown)}`, failure: DadError.is(thrown) ? thrown.code : "TOOL_FAILED" };
  }
}

interface ToolExecution extends Pick<Execution, "idempotencyKey" | "step"> {
  readonly span: Span;
}

/** What a tool is told comes from a model: commands that it runs are contained. Its own steps are within that of its call. */
function toolContext(context: NodeContext, { idempotencyKey, step, span }: ToolExecution): NodeContext {
  return {
    ...context,
    idempotencyKey,
    untrusted: true,
    step: (name, work) => context.step(`${step}: ${name}`, work),
    async exec(command, options) {
      const space = await context.isolated({ preset: "contained" });
      const env = { ...traceVariables(span), ...command.env };
      return space.exec(
        { ...command, env },
        { ...options, signal: options?.signal ? AbortSignal.any([context.signal, options.signal]) : context.signal },
      );
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

function attributesOf({ call, checked, verdict, said }: Execution): Attributes {
  const tool = "tool" in checked ? checked.tool : undefined;
  const { uri, digest } = artifactAttributes("arguments");
  return {
    [genAi.operationName]: OPERATIONS.executeTool,
    [genAi.toolName]: call.tool,
    [genAi.toolType]: typeOfTool(checked),
    [genAi.toolCallId]: call.callId,
    ...(tool ? { [genAi.toolDescription]: tool.description } : {}),
    ...(tool?.source === undefined ? {} : { [dad.toolSource]: tool.source }),
    ...(verdict === undefined ? {} : { [dad.toolApproval]: verdict.denied === undefined ? "approved" : "denied" }),
    ...(said.arguments ? { [uri]: said.arguments.path, [digest]: said.arguments.digest } : {}),
  };
}

function typeOfTool(checked: CheckedCall): string {
  return "tool" in checked && checked.tool.source !== undefined ? "extension" : "function";
}
