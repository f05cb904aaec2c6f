import type { NodeContext } from "@dad/agent";
import { isAllRecorded, type Usage } from "@dad/protocol";
import { ModelError, type ModelRequest, type ModelResource, type ModelResponse } from "@dad/resources";
import { CLIENT, failSpan, traceHeaders } from "./span.ts";

export interface ModelCall {
  readonly request: ModelRequest;
  /** Whether the pieces of the reply are told as they come, by a model that can. */
  readonly stream: boolean;
}

/** One call under a span of its own. What it uses, the model of the context counts by itself. */
export async function callModel(context: NodeContext, model: ModelResource, { request, stream }: ModelCall): Promise<ModelResponse> {
  context.signal.throwIfAborted();
  const streaming = stream && model.capabilities.streaming;
  const attributes = {
    ...requestAttributes(model, request),
    ...(streaming ? { "gen_ai.request.stream": true } : {}),
    "dad.node.path": context.path,
  };
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- see CLIENT
  const span = context.observability.tracer.startSpan(`chat ${model.modelId}`, { kind: CLIENT, attributes });
  try {
    const response = await model.generate(request, {
      signal: context.signal,
      headers: traceHeaders(span),
      ...(streaming ? { onPiece: (piece) => context.stream(piece) } : {}),
    });
    span.setAttributes(responseAttributes(response));
    return response;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

const LONGEST_EXCERPT = 300;

export interface Unusable extends Pick<NodeContext, "redactor"> {
  readonly model: Pick<ModelResource, "modelId" | "capabilities">;
  readonly response: ModelResponse;
}

/** `MODEL_REPLY_INVALID`, with the beginning of the reply. The same call may succeed later, unless it is a recording. */
export function unusableReply({ model, response, redactor }: Unusable, problem: string): ModelError {
  const { finishReason } = response;
  const text = redactor.text(response.text.trim());
  const cut = finishReason === "length" ? " (it was cut off at the limit of tokens: raise settings.maxOutputTokens)" : "";
  const beginning = text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
  const begins = text === "" ? "" : `; it begins: ${beginning}`;
  return new ModelError("MODEL_REPLY_INVALID", `the reply of ${model.modelId} cannot be used${cut}: ${problem}${begins}`, {
    retryable: !model.capabilities.recorded,
    details: { model: model.modelId, finishReason },
  });
}

type Attributes = Readonly<Record<string, string | number | string[]>>;

function requestAttributes({ provider, modelId }: ModelResource, { settings = {}, output }: ModelRequest): Attributes {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": modelId,
    "gen_ai.output.type": output ? "json" : "text",
    ...(settings.maxOutputTokens === undefined ? {} : { "gen_ai.request.max_tokens": settings.maxOutputTokens }),
    ...(settings.temperature === undefined ? {} : { "gen_ai.request.temperature": settings.temperature }),
    ...(settings.topP === undefined ? {} : { "gen_ai.request.top_p": settings.topP }),
    ...(settings.seed === undefined ? {} : { "gen_ai.request.seed": settings.seed }),
    ...(settings.reasoningEffort === undefined ? {} : { "gen_ai.request.reasoning.level": settings.reasoningEffort }),
    ...(settings.stopSequences === undefined ? {} : { "gen_ai.request.stop_sequences": [...settings.stopSequences] }),
  };
}

function responseAttributes({ modelId, finishReason, usage }: ModelResponse): Attributes {
  return {
    "gen_ai.response.model": modelId,
    "gen_ai.response.finish_reasons": [finishReason],
    ...usageAttributes(usage),
  };
}

/** What nobody was called for is under names of its own, so that no sum of the others has it. */
function usageAttributes(usage: Usage): Attributes {
  const { recorded, costUsd } = usage;
  return {
    ...(isAllRecorded(usage) ? {} : tokenAttributes(usage)),
    ...(recorded === undefined
      ? {}
      : {
          "dad.usage.recorded.calls": recorded.calls,
          "dad.usage.recorded.input_tokens": recorded.inputTokens,
          "dad.usage.recorded.output_tokens": recorded.outputTokens,
        }),
    ...(costUsd === null ? {} : { "dad.cost.usd": costUsd }),
  };
}

function tokenAttributes({ inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens }: Usage): Attributes {
  return {
    "gen_ai.usage.input_tokens": inputTokens,
    "gen_ai.usage.output_tokens": outputTokens,
    ...(cachedInputTokens === undefined ? {} : { "gen_ai.usage.cache_read.input_tokens": cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { "gen_ai.usage.cache_write.input_tokens": cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { "gen_ai.usage.reasoning.output_tokens": reasoningTokens }),
  };
}
