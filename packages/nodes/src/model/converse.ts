import type { NodeContext } from "@dad/agent";
import type { ArtifactEntry, Json } from "@dad/protocol";
import { messageOfReply, type ModelRequest, type ModelResource, type ModelResponse, type ModelToolResultPart, toolCallsOf } from "@dad/resources";
import { callModel, type ModelCall, type ModelCalled, unusableReply } from "./call-model.ts";
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
  const state = await context.record({ name: "state", data: { model: { alias, provider, modelId }, request: readableRequest(request) } });
  const keepFiles = fileKeeper(context);
  const callTool = toolCaller(context, tools);
  let asked = request;
  let said: Asking["said"] = { request: state };
  for (let step = 1; ; step += 1) {
    const { response, assert, call } = await reply(context, { ...conversation, request: asked, said, model, step, redactor: context.redactor });
    const calls = toolCallsOf(response);
    const isLast = assert !== undefined || calls.length === 0;
    // Before anything is executed: it says what was about to be done.
    const { files, entry } = await keepReply({ context, keepFiles, call }, isLast ? "reply" : `steps/${step}/reply`, response);
    if (isLast) {
      assert?.();
      return { model, response, files, redactor: context.redactor };
    }
    const results: ModelToolResultPart[] = [];
    for (const [index, one] of calls.entries()) results.push(await callTool(one, { at: `${step}.${index + 1}`, said: { arguments: entry } }));
    const kept = await context.record({ name: `steps/${step}/results`, data: results as unknown as Json });
    said = { request: state, results: kept };
    asked = goOn(asked, messageOfReply(response), results);
  }
}

interface Keeping extends Pick<Reply, "call"> {
  readonly context: NodeContext;
  readonly keepFiles: ReturnType<typeof fileKeeper>;
}

/** Its span says where it is kept. */
async function keepReply({ context, keepFiles, call }: Keeping, name: string, response: ModelResponse) {
  try {
    const files = await keepFiles(response);
    const entry = await context.record({ name, data: readableReply(response) });
    call?.refer("reply", entry);
    return { files, entry };
  } finally {
    call?.end();
  }
}

interface Asking extends Conversation, Pick<NodeContext, "redactor">, Pick<ModelCall, "said"> {
  readonly model: ModelResource;
  readonly step: number;
}

interface Reply {
  readonly response: ModelResponse;
  /** Of one that cannot be used: throws what is wrong with it. It is kept, but is no result of a step, so that another attempt asks again. */
  readonly assert?: () => void;
  /** Of one that was asked for now, and not taken from an earlier execution. */
  readonly call?: ModelCalled["call"] | undefined;
}

async function reply(context: NodeContext, asking: Asking): Promise<Reply> {
  const { model, request, stream, said, tools, step } = asking;
  let came: ModelCalled | undefined;
  const ask = async (): Promise<ModelResponse> => {
    came = await callModel(context, model, { request, stream, said });
    assertUsable(came.response, asking);
    return came.response;
  };
  try {
    const response = await (tools.length === 0 ? ask() : context.step(`reply ${step}`, ask));
    return { response, call: came?.call };
  } catch (error) {
    const { response, call } = came ?? {};
    if (response === undefined || context.signal.aborted || isUsable(response, asking)) {
      call?.end();
      throw error;
    }
    return { response, call, assert: () => assertUsable(response, asking) };
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
