import type { BudgetLevel } from "@dad/protocol";
import { durationText } from "./duration.ts";

/** `$0.80 of $1.00 are spent`, `12,000 of 20,000 tokens are spent`. */
export function spentText({ unit, limit, spent }: Pick<BudgetLevel, "unit" | "limit" | "spent">): string {
  switch (unit) {
    case "usd":
      return `$${spent.toFixed(2)} of $${limit.toFixed(2)} are spent`;
    case "timeMs":
      return `${durationText(spent)} of ${durationText(limit)} are spent`;
    default:
      return `${spent.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} ${unit} are spent`;
  }
}
