import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@dad/protocol";
import type { ModelPrice } from "@dad/resources";

/** What one call used. A provider that does not count leaves 0 tokens and an unknown cost: unknown is never counted as free. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage, price: ModelPrice | undefined): Usage {
  const { total: input, cacheRead, cacheWrite } = inputTokens;
  const { total: output, reasoning } = outputTokens;
  const counted = input !== undefined && output !== undefined;
  return {
    calls: 1,
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    ...(cacheRead === undefined ? {} : { cachedInputTokens: cacheRead }),
    // All providers that read from a cache say so, and most of them never write to one that costs more.
    ...(cacheWrite ? { cacheWriteTokens: cacheWrite } : {}),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    costUsd: price && counted ? costOf(price, { input, cached: cacheRead ?? 0, cacheWrite: cacheWrite ?? 0, output }) : null,
  };
}

/** What one call for vectors used. */
export function usageOfTokens(tokens: number | undefined, price: ModelPrice | undefined): Usage {
  const costUsd = price && tokens !== undefined ? costOf(price, { input: tokens, cached: 0, cacheWrite: 0, output: 0 }) : null;
  return { calls: 1, inputTokens: tokens ?? 0, outputTokens: 0, costUsd };
}

interface Tokens {
  /** All of the input, also what was cached. */
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
}

function costOf(price: ModelPrice, { input, cached, cacheWrite, output }: Tokens): number {
  const { inputPerMTok, outputPerMTok, cachedInputPerMTok = inputPerMTok, cacheWritePerMTok = inputPerMTok } = price;
  const plain = input - cached - cacheWrite;
  return (plain * inputPerMTok + cached * cachedInputPerMTok + cacheWrite * cacheWritePerMTok + output * outputPerMTok) / 1_000_000;
}
