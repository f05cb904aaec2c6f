import type { BudgetLevel, ForfeitedUsage } from "@dad/protocol";
import { costText } from "./amounts.ts";
import { durationText } from "./duration.ts";

/** `$0.80 of $1.00 are spent`, `12,000 of 20,000 tokens are spent`. */
export function spentText({ unit, limit, spent }: Pick<BudgetLevel, "unit" | "limit" | "spent">): string {
  switch (unit) {
    case "usd":
      return `${dollars(spent)} of ${dollars(limit)} are spent`;
    case "timeMs":
      return `${durationText(spent)} of ${durationText(limit)} are spent`;
    default:
      return `${spent.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} ${unit} are spent`;
  }
}

/** What is only a part of a cent is not shown as nothing. */
function dollars(amount: number): string {
  return `$${amount.toFixed(amount > 0 && amount < 0.1 ? 4 : 2)}`;
}

/** `the run`, `the profile ci`, `coder.fix`. */
export function scopeText(scope: string): string {
  return scope === "run" || scope === "fork" || scope.startsWith("profile ") ? `the ${scope}` : scope;
}

/** The same of all limits of a run, one line each, and where what is spent is known only in part, that. */
export function budgetLines(levels: readonly BudgetLevel[] = []): string[] {
  return levels.map((level) => `${spentText(level)}${level.isPart ? ", and what is not known" : ""}`);
}

/** `at most 4,196 tokens and $0.0420 of 1 call that was broken off`. */
export function forfeitedText({ calls, tokens, usd }: ForfeitedUsage): string {
  const which = calls === 1 ? "1 call that was broken off" : `${calls.toLocaleString("en-US")} calls that were broken off`;
  return `at most ${tokens.toLocaleString("en-US")} tokens${usd === null ? ", at an unknown cost," : ` and ${costText(usd)}`} of ${which}`;
}
