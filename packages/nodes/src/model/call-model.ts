import type { NodeContext } from "@dad/agent";
import { DadError, type Json, Usage } from "@dad/protocol";
import { ModelError, type ModelRequest, type ModelResource, type ModelResponse } from "@dad/resources";

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of the OpenTelemetry API, which need not be loaded for two numbers. */
const CLIENT = 2;
const ERROR = 2;

/** A call as it was rendered: the alias, what it stands for, and the request. */
export interface ModelCall {
  readonly alias: string;
  readonly request: ModelRequest;
}

/**
 * One call under a span of its own. The request is kept as the artifact `state` before the call, and
 * the reply as `reply` after it; what it used counts also when the reply turns out to be of no use.
 */
export async function callModel(context: NodeContext, { alias, request }: ModelCall): Promise<ModelResponse> {
  context.signal.throwIfAborted();
  const model = context.resources.get("model", alias);
  const { provider, modelId } = model;
  await context.record({ name: "state", data: { model: { alias, provider, modelId }, request: request as unknown as Json } });
  const response = await tracedCall(context, model, request);
  context.addUsage(response.usage);
  await context.record({ name: "reply", data: response as unknown as Json });
  if (response.finishReason === "content-filter" || response.finishReason === "error")
    throw unusableReply(model, response, `it ended with "${response.finishReason}"`);
  return response;
}

const LONGEST_EXCERPT = 300;

/** `MODEL_REPLY_INVALID`, with the beginning of the reply. The same call may succeed later, unless it is a recording. */
export function unusableReply(model: Pick<ModelResource, "modelId" | "capabilities">, response: ModelResponse, problem: string): ModelError {
  const { text, finishReason } = response;
  const cut = finishReason === "length" ? " (it was cut off at the limit of tokens: raise settings.maxOutputTokens)" : "";
  const beginning = text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
  return new ModelError("MODEL_REPLY_INVALID", `the reply of ${model.modelId} cannot be used${cut}: ${problem}; it begins: ${beginning}`, {
    retryable: !model.capabilities.recorded,
    details: { model: model.modelId, finishReason },
  });
}

async function tracedCall(context: NodeContext, model: ModelResource, request: ModelRequest): Promise<ModelResponse> {
  const attributes = { ...requestAttributes(model, request), "dad.node.path": context.path };
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- see CLIENT
  const span = context.observability.tracer.startSpan(`chat ${model.modelId}`, { kind: CLIENT, attributes });
  try {
    const response = await model.generate(request, { signal: context.signal });
    span.setAttributes(responseAttributes(response));
    return response;
  } catch (error) {
    if (DadError.is(error)) countUsage(error, context);
    // The code alone: messages may quote what was said, and content does not belong in a trace.
    const code = DadError.is(error) ? error.code : error instanceof Error ? error.name : "_OTHER";
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- see ERROR
    span.setAttribute("error.type", code).setStatus({ code: ERROR, message: code });
    throw error;
  } finally {
    span.end();
  }
}

/** A reply that cannot be read has been paid for as well. */
function countUsage({ details }: DadError, context: NodeContext): void {
  const usage = Usage.safeParse(details["usage"]);
  if (usage.success) context.addUsage(usage.data);
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
    ...(settings.stopSequences === undefined ? {} : { "gen_ai.request.stop_sequences": [...settings.stopSequences] }),
  };
}

function responseAttributes({ modelId, finishReason, usage }: ModelResponse): Attributes {
  return {
    "gen_ai.response.model": modelId,
    "gen_ai.response.finish_reasons": [finishReason],
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    ...(usage.cachedInputTokens === undefined ? {} : { "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens }),
    ...(usage.reasoningTokens === undefined ? {} : { "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens }),
    ...(usage.costUsd === null ? {} : { "dad.cost.usd": usage.costUsd }),
  };
}
