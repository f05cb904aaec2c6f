import type { Json, ModelResponse } from "@dad/protocol";
import { ModelError } from "./errors.ts";
import { excerpt } from "./excerpt.ts";
import type { ModelResource } from "./model-resource.ts";

const FENCED = /^\s*```(?:json)?[ \t]*\n([\s\S]*?)\n?```\s*$/;

/**
 * The reply to a request with an `output`, parsed. A Markdown fence around it, which many models add, is left out.
 *
 * @param text - What to parse, when that is not the whole text of the reply.
 * @throws ModelError (`MODEL_REPLY_INVALID`) with what the reply cost in `details.usage`.
 */
export function structuredReply(model: Pick<ModelResource, "provider" | "modelId">, reply: ModelResponse, text = reply.text): Json {
  try {
    return JSON.parse(FENCED.exec(text)?.[1] ?? text) as Json;
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
