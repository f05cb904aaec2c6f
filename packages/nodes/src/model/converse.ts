import type { NodeContext } from "@dad/agent";
import type { ArtifactEntry, Json } from "@dad/protocol";
import { messageOfReply, type ModelRequest, type ModelResource, type ModelResponse, type ModelToolResultPart, toolCallsOf } from "@dad/resources";
import { callModel, unusableReply } from "./call-model.ts";
import { toolCaller } from "./call-tool.ts";
import { ModelStepsError } from "./errors.ts";
import { fileKeeper, readableReply, readableRequest } from "./kept-files.ts";
import type { Tool } from "./tool.ts";

export interface Conversation {
  readonly alias: string;
  readonly request: ModelRequest;
  readonly tools: readonly Tool[];
  /** How often the model is asked at most. */
  readonly maxSteps: number;
  readonly stream: boolean;
}

/** How a conversation ended. */
export interface Conversed {
  readonly model: ModelResource;
  /** The last reply. */
  readonly response: ModelResponse;
  /** Of all replies. */
  readonly files: readonly ArtifactEntry[];
}

/**
 * Asks a model until it calls no more tools. The first request is kept as the artifact `state` before the first call; a reply
 * that calls tools as `steps/1/reply` before they are executed, and what they gave as `steps/1/results`; the last reply as `reply`.
 *
 * @throws ModelError (`MODEL_…`), `RESOURCE_UNKNOWN`, ModelStepsError (`MODEL_STEPS_EXCEEDED`), ToolResultError (`TOOL_RESULT_INVALID`).
 */
export async function converse(context: NodeContext, { alias, request, tools, maxSteps, stream }: Conversation): Promise<Conversed> {
  const model = context.resources.get("model", alias);
  const { provider, modelId } = model;
  await context.record({ name: "state", data: { model: { alias, provider, modelId }, request: readableRequest(request) } });
  const keepFiles = fileKeeper(context);
  const callTool = toolCaller(context, tools);
  let asked = request;
  for (let step = 1; ; step += 1) {
    const response = await callModel(context, model, { request: asked, stream });
    const files = await keepFiles(response);
    const calls = toolCallsOf(response);
    if (calls.length === 0 || step === maxSteps || isBroken(response)) {
      await context.record({ name: "reply", data: readableReply(response) });
      if (isBroken(response)) throw unusableReply(model, response, endingOf(response));
      if (calls.length > 0) throw new ModelStepsError(maxSteps, { model: alias, tools: calls.map(({ tool }) => tool) });
      return { model, response, files };
    }
    // Before anything is executed: it says what was about to be done.
    await context.record({ name: `steps/${step}/reply`, data: readableReply(response) });
    const results: ModelToolResultPart[] = [];
    for (const call of calls) results.push(await callTool(call));
    await context.record({ name: `steps/${step}/results`, data: results as unknown as Json });
    asked = goOn(asked, messageOfReply(response), results);
  }
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
