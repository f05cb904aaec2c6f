import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { addUsage, type Json, type Usage } from "@dad/protocol";
import { type CallOptions, type Embedding, ModelError } from "@dad/resources";
import type { AskedModel } from "./asked-model.ts";
import { modelFailure } from "./model-failure.ts";
import { usageOfTokens } from "./usage.ts";

/** Texts as vectors, with as many calls as the provider needs for them, one after the other. */
export async function embed(
  model: EmbeddingModelV4,
  texts: readonly string[],
  { signal, headers, asked }: CallOptions & { readonly asked: AskedModel },
): Promise<Embedding> {
  const most = (await model.maxEmbeddingsPerCall) ?? Number.POSITIVE_INFINITY;
  const vectors: (readonly number[])[] = [];
  let usage: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  while (vectors.length < texts.length) {
    signal?.throwIfAborted();
    const values = texts.slice(vectors.length, vectors.length + Math.min(most, texts.length));
    try {
      const result = await model.doEmbed({ values, ...(signal && { abortSignal: signal }), ...(headers && { headers: { ...headers } }) });
      usage = addUsage(usage, usageOfTokens(result.usage?.tokens, asked.price));
      if (result.embeddings.length !== values.length) throw wrongNumber(asked, values.length, result.embeddings.length);
      vectors.push(...result.embeddings);
    } catch (error) {
      signal?.throwIfAborted();
      throw withUsage(modelFailure(error, asked), usage);
    }
  }
  return { vectors, usage, modelId: asked.modelId };
}

function wrongNumber({ provider, modelId }: AskedModel, wanted: number, got: number): ModelError {
  return new ModelError("MODEL_REPLY_INVALID", `${provider} ${modelId} gave ${got} vectors for ${wanted} texts`, { details: { provider, modelId } });
}

/** The calls before the one that failed have been paid for. */
function withUsage(error: Error, usage: Usage): Error {
  if (!(error instanceof ModelError) || usage.calls === 0) return error;
  const { code, message, retryable, details, cause } = error;
  return new ModelError(code, message, {
    retryable,
    details: { ...details, usage: usage as unknown as Json },
    ...(cause === undefined ? {} : { cause }),
  });
}
