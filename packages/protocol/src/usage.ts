import { z } from "zod";

const tokens = z.int().nonnegative();

/** What replies of recordings and scripts say that a model used once. Nobody was called and nothing was paid for it now. */
export const RecordedUsage = z.looseObject({ calls: tokens, inputTokens: tokens, outputTokens: tokens });
export type RecordedUsage = z.infer<typeof RecordedUsage>;

/**
 * What was set aside for calls of which nobody knows what they used, such as one that was broken off: they used that at most. Budgets
 * count it as spent. `usd` is `null` when a price is not known.
 */
export const ForfeitedUsage = z.looseObject({ calls: tokens, tokens, usd: z.number().nonnegative().nullable() });
export type ForfeitedUsage = z.infer<typeof ForfeitedUsage>;

/**
 * What calls of models used. `costUsd` is `null` when a price is not known: unknown is never counted as free. What came from a
 * recording or a script is no part of the totals: it is in `recorded`.
 */
export const Usage = z.looseObject({
  /** How often a model was asked. Absent in what older versions recorded. */
  calls: tokens.optional(),
  inputTokens: tokens,
  outputTokens: tokens,
  /** The part of `inputTokens` that the provider served from its cache. */
  cachedInputTokens: tokens.optional(),
  /** The part of `inputTokens` that the provider put into its cache. */
  cacheWriteTokens: tokens.optional(),
  /** The part of `outputTokens` that was spent on reasoning. */
  reasoningTokens: tokens.optional(),
  costUsd: z.number().nonnegative().nullable(),
  recorded: RecordedUsage.optional(),
  /** Of the `calls`, those of which nobody knows what they used. It is no part of the other numbers. */
  forfeited: ForfeitedUsage.optional(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0, costUsd: 0 });

/** The sum. One unknown cost makes the total unknown. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    ...sumOf("calls", left, right),
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    ...sumOf("cachedInputTokens", left, right),
    ...sumOf("cacheWriteTokens", left, right),
    ...sumOf("reasoningTokens", left, right),
    costUsd: left.costUsd === null || right.costUsd === null ? null : left.costUsd + right.costUsd,
    ...recordedSum(left.recorded, right.recorded),
    ...forfeitedSum(left.forfeited, right.forfeited),
  };
}

/** The same as said by a recording or a script: it counts as nothing that was used, and all of it is in `recorded`. */
export function asRecorded({ calls, inputTokens, outputTokens, recorded }: Usage): Usage {
  // What was recorded of a recording says itself that it asked nobody.
  const said = { calls: calls ?? (recorded ? 0 : 1), inputTokens, outputTokens };
  return { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, ...recordedSum(said, recorded) };
}

/** Whether nobody was called and all of it is what recordings say. */
export function isAllRecorded({ calls = 0, inputTokens, outputTokens, recorded }: Usage): boolean {
  return recorded !== undefined && calls === 0 && inputTokens === 0 && outputTokens === 0;
}

function sumOf(key: "calls" | "cachedInputTokens" | "cacheWriteTokens" | "reasoningTokens", left: Usage, right: Usage): Partial<Usage> {
  if (left[key] === undefined && right[key] === undefined) return {};
  return { [key]: (left[key] ?? 0) + (right[key] ?? 0) };
}

function recordedSum(left: RecordedUsage | undefined, right: RecordedUsage | undefined): Partial<Usage> {
  if (!left || !right) return left || right ? { recorded: left ?? right } : {};
  return {
    recorded: {
      calls: left.calls + right.calls,
      inputTokens: left.inputTokens + right.inputTokens,
      outputTokens: left.outputTokens + right.outputTokens,
    },
  };
}

function forfeitedSum(left: ForfeitedUsage | undefined, right: ForfeitedUsage | undefined): Partial<Usage> {
  if (!left || !right) return left || right ? { forfeited: left ?? right } : {};
  return {
    forfeited: {
      calls: left.calls + right.calls,
      tokens: left.tokens + right.tokens,
      usd: left.usd === null || right.usd === null ? null : left.usd + right.usd,
    },
  };
}
