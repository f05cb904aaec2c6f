import { z } from "zod";

/** The most that something may use. What is not named is not limited. */
export const BudgetLimits = z.strictObject({
  /** Input and output together. */
  tokens: z.int().nonnegative().exactOptional(),
  /** US dollars. A call whose price is not known is refused under such a limit. */
  usd: z.number().nonnegative().exactOptional(),
  /** How often models are asked. */
  calls: z.int().nonnegative().exactOptional(),
  /** How long it works: milliseconds, without the time in which nobody works on it. */
  timeMs: z.int().nonnegative().exactOptional(),
});
export type BudgetLimits = z.infer<typeof BudgetLimits>;

export const BudgetUnit = BudgetLimits.keyof();
export type BudgetUnit = z.infer<typeof BudgetUnit>;

/** One limit, and how much of it is spent. May be more than the limit: by one call at most. */
export const BudgetLevel = z.looseObject({
  /** Whose it is: `run`, `fork`, `profile <name>`, or the path of a node or a component; of one that is called `run` or `fork` itself, `component run`. */
  scope: z.string().min(1),
  unit: BudgetUnit,
  limit: z.number().nonnegative(),
  spent: z.number().nonnegative(),
  /** What is spent is only what is known of it. */
  isPart: z.boolean().optional(),
});
export type BudgetLevel = z.infer<typeof BudgetLevel>;
