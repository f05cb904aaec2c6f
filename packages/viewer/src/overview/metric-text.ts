import type { ReportMetric } from "@dad/protocol";
import { amountText, costText, countText, durationText } from "../format/amounts.ts";

/** An amount in the unit of a metric, which is one of UCUM. */
function unitText(amount: number, unit: string): string {
  if (unit === "s") return durationText(amount * 1000);
  if (unit === "ms") return durationText(amount);
  if (unit === "{USD}") return costText(amount);
  const name = unit.replaceAll(/[{}]/g, "");
  return name === "" || name === "1" ? countText(amount) : amountText(amount, name);
}

/** The sum, or of a histogram what a value was on average, and how many there were. */
export function metricText({ value, count, unit }: ReportMetric): string {
  if (count === undefined) return unitText(value, unit);
  return count === 0 ? "nothing" : `${unitText(value / count, unit)} × ${countText(count)}`;
}

export interface Bucket {
  readonly bounds: readonly number[];
  readonly index: number;
  readonly count: number;
  readonly unit: string;
}

/** `3 between 1.00s and 2.50s` */
export function metricTitle({ bounds, index, count, unit }: Bucket): string {
  const [low, high] = [bounds[index - 1], bounds[index]];
  if (low === undefined) return `${count} up to ${unitText(high ?? 0, unit)}`;
  return high === undefined ? `${count} over ${unitText(low, unit)}` : `${count} between ${unitText(low, unit)} and ${unitText(high, unit)}`;
}
