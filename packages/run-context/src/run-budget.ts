import type { BudgetLevel, BudgetLimits, BudgetUnit, ErrorEnvelope, RunId } from "@dad/protocol";
import { budget } from "@dad/resources";
import { RunBudgetSpentError, type SpentLevel } from "./errors.ts";
import type { Spent } from "./spending-history.ts";

/** Limits in the place of those of the same units; `null` takes one away. All others stay. */
export type BudgetChange = { readonly [Unit in BudgetUnit]?: number | null };

export function changedBudget(before: BudgetLimits | undefined, change: BudgetChange | undefined): BudgetLimits | undefined {
  if (change === undefined) return before;
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, limit]) => limit !== null && limit !== undefined));
}

/** How much of the budget of a run is spent. */
export function levelsOf(limits: BudgetLimits, { usage, timeMs }: Spent): readonly BudgetLevel[] {
  return budget({ limits, scope: "run", spent: { usage, timeMs } }).levels();
}

export interface BudgetBefore {
  readonly runId: RunId;
  /** Those that it is to go on with. */
  readonly limits: BudgetLimits | undefined;
  readonly spent: Spent;
  /** What ended it. */
  readonly error: ErrorEnvelope | undefined;
}

/**
 * A run whose budget is spent would end again at once.
 *
 * @throws RunBudgetSpentError (`RUN_BUDGET_SPENT`), which says how much to give.
 */
export function assertBudgetLeft({ runId, limits, spent, error }: BudgetBefore): void {
  if (limits === undefined) return;
  const short = spentLevels(levelsOf(limits, spent), error);
  if (short.length > 0) throw new RunBudgetSpentError(runId, short, short.map(moreOf));
}

/** What to give at least for a run to go on: as much again as it had. `calls=6`, as the command line takes it. */
export function moreOf({ unit, limit, spent, wanted = 0, isPart }: BudgetLevel & { readonly wanted?: number }): string {
  if (isPart) return "usd=none";
  const more = spent + Math.max(limit, wanted);
  if (unit === "usd") return `usd=${(Math.ceil(more * 100) / 100).toFixed(2)}`;
  return unit === "timeMs" ? `time=${Math.ceil(more / 1_000)}s` : `${unit}=${Math.ceil(more)}`;
}

/** The limits of a run that keep it from going on, with what the call needs that did not fit. */
export function spentLevels(levels: readonly BudgetLevel[], error: ErrorEnvelope | undefined): readonly SpentLevel[] {
  return levels.flatMap((level) => {
    const wanted = wantedBy(error, level.unit);
    const isShort = level.isPart === true || level.spent >= level.limit || level.spent + wanted > level.limit;
    return isShort ? [{ ...level, wanted }] : [];
  });
}

/** What the call needed that did not fit, when the run ended because of that. */
function wantedBy(error: ErrorEnvelope | undefined, unit: BudgetUnit): number {
  for (let at = error; at; at = at.cause) {
    const { scope, unit: of, wanted } = at.details ?? {};
    if (at.code === "BUDGET_EXHAUSTED" && scope === "run" && of === unit && typeof wanted === "number") return wanted;
  }
  return 0;
}
