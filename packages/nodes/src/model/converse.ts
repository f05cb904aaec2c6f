import type { NodeContext } from "@dad/agent";
import type { ArtifactEntry, Json } from "@dad/protocol";
import { messageOfReply, type ModelRequest, type ModelResource, type ModelResponse, type ModelToolResultPart, toolCallsOf } from "@dad/resources";
import { callModel, unusableReply } from "./call-model.ts";
import { toolCaller } from "./call-tool.ts";
import { ModelStepsError } from "./errors.ts";
import { fileKeeper, readableReply, readableRequest } from "./kept-files.ts";
import type { OfferedTool } from "./offered-tool.ts";

export interface Conversation {
  readonly alias: string;
  readonly request: ModelRequest;
  /** Those that the request offers. */
  readonly tools: readonly OfferedTool[];
  /** How often the model is asked at most. */
  readonly maxSteps: number;
  readonly stream: boolean;
  /** Throws for a last reply that cannot be used. */
  readonly check: (replied: Replied) => void;
}

/** A reply, and of whom. */
export interface Replied extends Pick<NodeContext, "redactor"> {
  readonly model: ModelResource;
  readonly response: ModelResponse;
}

/** How a conversation ended. */
export interface Conversed extends Replied {
  /** The last reply. */
  readonly response: ModelResponse;
  /** Of all replies. */
  readonly files: readonly ArtifactEntry[];
}

/**
 * Asks a model until it calls no more tools. The first request is kept as the artifact `state` before the first call; a reply
 * that calls tools as `steps/1/reply` before they are executed, and what they gave as `steps/1/results`; the last reply as `reply`.
 * With tools, each reply and each call is a step: what is paid and done is so once, however often the node is executed.
 *
 * @throws ModelError (`MODEL_…`), `RESOURCE_UNKNOWN`, ModelStepsError (`MODEL_STEPS_EXCEEDED`), ToolResultError (`TOOL_RESULT_INVALID`).
 */
export async function converse(context: NodeContext, conversation: Conversation): Promise<Conversed> {
  const { alias, request, tools } = conversation;
  const model = context.resources.get("model", alias);
  const { provider, modelId } = model;
  await context.record({ name: "state", data: { model: { alias, provider, modelId }, request: readableRequest(request) } });
  const keepFiles = fileKeeper(context);
  const callTool = toolCaller(context, tools);
  let asked = request;
  for (let step = 1; ; step += 1) {
    const { response, assert } = await reply(context, { ...conversation, request: asked, model, step, redactor: context.redactor });
    const files = await keepFiles(response);
    const calls = toolCallsOf(response);
    if (assert || calls.length === 0) {
      await context.record({ name: "reply", data: readableReply(response) });
      assert?.();
      return { model, response, files, redactor: context.redactor };
    }
    // Before anything is executed: it says what was about to be done.
    await context.record({ name: `steps/${step}/reply`, data: readableReply(response) });
    const results: ModelToolResultPart[] = [];
    for (const [index, call] of calls.entries()) results.push(await callTool(call, `${step}.${index + 1}`));
    await context.record({ name: `steps/${step}/results`, data: results as unknown as Json });
    asked = goOn(asked, messageOfReply(response), results);
  }
}

interface Asking extends Conversation, Pick<NodeContext, "redactor"> {
  readonly model: ModelResource;
  readonly step: number;
}

interface Reply {
  readonly response: ModelResponse;
  /** Of one that cannot be used: throws what is wrong with it. It is kept, but is no result of a step, so that another attempt asks again. */
  readonly assert?: () => void;
}

async function reply(context: NodeContext, asking: Asking): Promise<Reply> {
  const { model, request, stream, tools, step } = asking;
  let came: ModelResponse | undefined;
  const ask = async (): Promise<ModelResponse> => {
    came = await callModel(context, model, { request, stream });
    assertUsable(came, asking);
    return came;
  };
  try {
    return { response: await (tools.length === 0 ? ask() : context.step(`reply ${step}`, ask)) };
  } catch (error) {
    if (came === undefined || context.signal.aborted || isUsable(came, asking)) throw error;
    const response = came;
    return { response, assert: () => assertUsable(response, asking) };
  }
}

function isUsable(response: ModelResponse, asking: Asking): boolean {
  try {
    assertUsable(response, asking);
    return true;
  } catch {
    return false;
  }
}

function assertUsable(response: ModelResponse, { model, redactor, alias, maxSteps, step, check }: Asking): void {
  if (isBroken(response)) throw unusableReply({ model, response, redactor }, endingOf(response));
  const calls = toolCallsOf(response);
  if (calls.length === 0) check({ model, response, redactor });
  else if (step === maxSteps) throw new ModelStepsError(maxSteps, { model: alias, tools: calls.map(({ tool }) => tool) });
}

function isBroken({ finishReason }: ModelResponse): boolean {
  return finishReason === "content-filter" || finishReason === "error";
}

function endingOf({ finishReason }: ModelResponse): string {
  return `it ended with "${finishReason}"${finishReason === "content-filter" ? " (the model refused, or a filter stopped it)" : ""}`;
}

/** A choice that was forced is over with the first reply: else there would be no last one. */
function goOn(
  { toolChoice, ...request }: ModelRequest,
  reply: ModelRequest["messages"][number],
  results: readonly ModelToolResultPart[],
): ModelRequest {
  const messages = [...request.messages, reply, { role: "tool" as const, content: results }];
  return { ...request, messages, ...(toolChoice === "none" || toolChoice === "auto" ? { toolChoice } : {}) };
}
