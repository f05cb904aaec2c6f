import { z } from "zod";

const tokens = z.int().nonnegative();

/** What model calls used. `costUsd` is `null` when a price is not known: unknown is never counted as free. */
export const Usage = z.looseObject({
  inputTokens: tokens,
  outputTokens: tokens,
  /** The part of `inputTokens` that the provider served from its cache. */
  cachedInputTokens: tokens.optional(),
  /** The part of `outputTokens` that was spent on reasoning. */
  reasoningTokens: tokens.optional(),
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0, costUsd: 0 });

/** The sum. One unknown cost makes the total unknown. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    ...sumOf("cachedInputTokens", left, right),
    ...sumOf("reasoningTokens", left, right),
    costUsd: left.costUsd === null || right.costUsd === null ? null : left.costUsd + right.costUsd,
  };
}

function sumOf(key: "cachedInputTokens" | "reasoningTokens", left: Usage, right: Usage): Partial<Usage> {
  if (left[key] === undefined && right[key] === undefined) return {};
  return { [key]: (left[key] ?? 0) + (right[key] ?? 0) };
}
