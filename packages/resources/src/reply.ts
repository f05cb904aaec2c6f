import type { Json, ModelFilePart, ModelMessage, ModelReplyPart, ModelRequest, ModelResponse, ModelToolCallPart } from "@dad/protocol";
import { ModelError } from "./errors.ts";
import { excerpt } from "./excerpt.ts";
import type { ModelResource } from "./model-resource.ts";

type Reply = Pick<ModelResponse, "text" | "content">;

/** The parts of a reply, in order; of one without `content` its text. */
export function partsOf({ text, content }: Reply): readonly ModelReplyPart[] {
  return content ?? (text === "" ? [] : [{ type: "text", text }]);
}

/** The tools that the model wants to be executed, in order. */
export function toolCallsOf(reply: Reply): readonly ModelToolCallPart[] {
  return partsOf(reply).filter((part) => part.type === "tool-call");
}

/** Images and other files that the model made, in order. */
export function filesOf(reply: Reply): readonly ModelFilePart[] {
  return partsOf(reply).filter((part) => part.type === "file");
}

/** The reply as the message that the model hears of it in the next request. */
export function messageOfReply(reply: Reply): ModelMessage {
  return { role: "assistant", content: reply.content ?? reply.text };
}

const FENCED = /^\s*```(?:json)?[ \t]*\n([\s\S]*?)\n?```\s*$/;

export interface StructuredOptions {
  readonly request: ModelRequest;
  /** What to parse, when that is not the whole text of the reply. */
  readonly text?: string | undefined;
}

/**
 * The reply with its parsed JSON as `structured`, where the request has an `output` and the reply calls no tool. A Markdown
 * fence around the JSON, which many models add, is left out. For adapters.
 *
 * @throws ModelError (`MODEL_REPLY_INVALID`) with what the reply cost in `details.usage`.
 */
export function withStructured(
  model: Pick<ModelResource, "provider" | "modelId">,
  reply: ModelResponse,
  { request, text = reply.text }: StructuredOptions,
): ModelResponse {
  if (!request.output || reply.structured !== undefined || toolCallsOf(reply).length > 0) return reply;
  try {
    return { ...reply, structured: JSON.parse(FENCED.exec(text)?.[1] ?? text) as Json };
  } catch (cause) {
    const { provider, modelId } = model;
    const { finishReason, usage } = reply;
    throw new ModelError("MODEL_REPLY_INVALID", `${provider} ${modelId} was to reply with JSON, but ${problemOf(reply, text)}`, {
      cause,
      details: { provider, modelId, finishReason, usage: jsonOf(usage) },
    });
  }
}

function problemOf({ finishReason }: ModelResponse, text: string): string {
  const said = text.trim() === "" ? "its reply is empty" : `its reply is ${JSON.stringify(excerpt(text.trim()))}`;
  if (finishReason === "length") return `${said}, cut off at the limit of output tokens; raise settings.maxOutputTokens`;
  if (finishReason === "content-filter") return `${said}: it refused, or a content filter stopped it`;
  return said;
}

function jsonOf(usage: ModelResponse["usage"]): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(usage)) as { [key: string]: Json };
}
