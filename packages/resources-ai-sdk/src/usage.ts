import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@dad/protocol";

/** In US dollars per million tokens. */
export interface ModelPrice {
  readonly inputPerMTok: number;
  readonly outputPerMTok: number;
  /** For input that the provider served from its cache. Default: `inputPerMTok`. */
  readonly cachedInputPerMTok?: number;
}

/** A provider that does not count leaves 0 tokens and an unknown cost: unknown is never counted as free. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage, price: ModelPrice | undefined): Usage {
  const { total: input, cacheRead } = inputTokens;
  const { total: output, reasoning } = outputTokens;
  return {
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    ...(cacheRead === undefined ? {} : { cachedInputTokens: cacheRead }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    costUsd: price && input !== undefined && output !== undefined ? costOf(price, { input, cached: cacheRead ?? 0, output }) : null,
  };
}

function costOf(price: ModelPrice, tokens: { readonly input: number; readonly cached: number; readonly output: number }): number {
  const { inputPerMTok, outputPerMTok, cachedInputPerMTok = inputPerMTok } = price;
  const perMillion = (tokens.input - tokens.cached) * inputPerMTok + tokens.cached * cachedInputPerMTok + tokens.output * outputPerMTok;
  return perMillion / 1_000_000;
}
