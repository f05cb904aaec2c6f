import { type BudgetLevel, type BudgetLimits, BudgetUnit, type ErrorEnvelope, type RunId } from "@dad/protocol";
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
  /** Which of them are new: these have to be given again with what is missing. */
  readonly change?: BudgetChange | undefined;
  /** What ended it. */
  readonly error: ErrorEnvelope | undefined;
}

/**
 * A run whose budget is spent would end again at once.
 *
 * @throws RunBudgetSpentError (`RUN_BUDGET_SPENT`), which says how much to give.
 */
export function assertBudgetLeft({ runId, limits, spent, change = {}, error }: BudgetBefore): void {
  if (limits === undefined) return;
  const short = spentLevels(levelsOf(limits, spent), error);
  if (short.length === 0) return;
  const isShort = (unit: string): boolean => short.some((level) => level.unit === unit);
  const given = BudgetUnit.options
    .filter((unit) => change[unit] !== undefined && !isShort(unit))
    .map((unit) => limitText(unit, change[unit] ?? null));
  throw new RunBudgetSpentError(runId, short, [...short.map(moreOf), ...given]);
}

/** What to give at least for a run to go on: as much again as it had. `calls=6`, as the command line takes it. */
export function moreOf({ unit, limit, spent, wanted = 0, isPart }: BudgetLevel & { readonly wanted?: number }): string {
  if (isPart) return "usd=none";
  return limitText(unit, spent + Math.max(limit, wanted));
}

/** As the command line takes it, rounded up. */
function limitText(unit: BudgetUnit, limit: number | null): string {
  const name = unit === "timeMs" ? "time" : unit;
  if (limit === null) return `${name}=none`;
  if (unit === "usd") return `usd=${(Math.ceil(limit * 100) / 100).toFixed(2)}`;
  return unit === "timeMs" ? `time=${Math.ceil(limit / 1_000)}s` : `${unit}=${Math.ceil(limit)}`;
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
