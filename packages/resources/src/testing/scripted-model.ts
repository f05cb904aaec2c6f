import type { Json, ModelRequest, ModelResponse } from "@dad/protocol";
import { ModelError } from "../errors.ts";
import type { ModelResource } from "../model-resource.ts";
import { structuredReply } from "../structured-reply.ts";

/** A text, a part of a response (an object as `structured` is enough), or an error to fail with. */
export type ScriptedReply = string | Partial<ModelResponse> | Error;

export interface ScriptedModel extends ModelResource {
  /** What the model was asked, in order, as it was at the call. */
  readonly requests: readonly ModelRequest[];
}

/**
 * A model for unit tests that gives one reply after another, or what a function of the request and the number of the
 * call (from 0) returns. For a request with an `output` a text is parsed. 1 input and 1 output token per call, for nothing.
 *
 * @throws ModelError from `generate`: `MODEL_NOT_RECORDED` when there are no replies left.
 */
export function scriptedModel(replies: readonly ScriptedReply[] | ((request: ModelRequest, call: number) => ScriptedReply)): ScriptedModel {
  const names = { provider: "scripted", modelId: "scripted" };
  const requests: ModelRequest[] = [];
  const replyOf = typeof replies === "function" ? replies : (_request: ModelRequest, call: number) => replies[call] ?? endOf(replies.length);

  return {
    ...names,
    capabilities: { structuredOutput: true, recorded: true },
    requests,
    async generate(request, options) {
      options?.signal?.throwIfAborted();
      const asked = structuredClone(request);
      const reply = replyOf(asked, requests.push(asked) - 1);
      if (reply instanceof Error) throw reply;
      const response = responseOf(typeof reply === "string" ? { text: reply } : structuredClone(reply));
      if (!request.output || response.structured !== undefined) return response;
      return { ...response, structured: structuredReply(names, response) };
    },
  };
}

function responseOf(reply: Partial<ModelResponse>): ModelResponse {
  const text = reply.structured === undefined ? "" : textOf(reply.structured);
  return { text, finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1, costUsd: 0 }, modelId: "scripted", ...reply };
}

function textOf(structured: Json): string {
  return JSON.stringify(structured);
}

function endOf(count: number): ModelError {
  return new ModelError("MODEL_NOT_RECORDED", `the script has ${count} ${count === 1 ? "reply" : "replies"}, and the model was asked once more`);
}
