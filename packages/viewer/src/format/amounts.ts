import type { BudgetLevel, Usage } from "@dad/protocol";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4ms`, `340ms`, `1.24s`, `12.3s`, `2m 05s`, `1h 03m`, `2d 4h`. `null`: nobody saw the end. */
export function durationText(milliseconds: number | null): string {
  if (milliseconds === null) return "unknown";
  if (milliseconds < 0) return `-${durationText(-milliseconds)}`;
  if (milliseconds < 0.95) return milliseconds === 0 ? "0ms" : `${milliseconds.toFixed(1)}ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)}ms`;
  // What would be rounded to a minute is one.
  if (milliseconds < MINUTE - 50) return `${(milliseconds / SECOND).toFixed(milliseconds < 9995 ? 2 : 1)}s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < HOUR / SECOND) return `${Math.floor(seconds / 60)}m ${padded(seconds % 60)}s`;
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < DAY / MINUTE) return `${Math.floor(minutes / 60)}h ${padded(minutes % 60)}m`;
  const hours = Math.round(milliseconds / HOUR);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function padded(amount: number): string {
  return String(amount).padStart(2, "0");
}

export function countText(amount: number): string {
  return amount.toLocaleString("en-US");
}

/** `1 file`, `1,234 files`. */
export function amountText(amount: number, one: string, many = `${one}s`): string {
  return `${countText(amount)} ${amount === 1 ? one : many}`;
}

/** What is not known is never shown as free. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return "unknown";
  const sign = costUsd < 0 ? "-" : "";
  const amount = Math.abs(costUsd);
  if (amount !== 0 && amount < 0.0001) return `${sign}<$0.0001`;
  return `${sign}$${amount.toFixed(amount !== 0 && amount < 1 ? 4 : 2)}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  return bytes < 999_950_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `842`, `12.3k`, `1.25M`. */
export function shortCount(amount: number): string {
  if (amount < 10_000) return countText(amount);
  return amount < 999_950 ? `${(amount / 1000).toFixed(1)}k` : `${(amount / 1_000_000).toFixed(2)}M`;
}

/** `1,234 in, 567 out`. What was only said by recordings is told apart: nothing was paid for it. */
export function usageText(usage: Usage): string {
  const parts = [`${countText(usage.inputTokens)} in, ${countText(usage.outputTokens)} out`];
  if (usage.recorded) {
    const { inputTokens, outputTokens } = usage.recorded;
    parts.push(`recorded: ${countText(inputTokens)} in, ${countText(outputTokens)} out`);
  }
  return usage.recorded && !isPaid(usage) ? (parts[1] ?? "") : parts.join("; ");
}

/** Whether a model was called for it now, and not only a recording read. */
export function isPaid({ calls = 0, inputTokens, outputTokens }: Usage): boolean {
  return calls > 0 || inputTokens > 0 || outputTokens > 0;
}

/** `$0.80`, `12,000 tokens`, `2m 05s`: an amount of what a budget limits. */
export function budgetText(unit: BudgetLevel["unit"], amount: number): string {
  if (unit === "usd") return costText(amount);
  return unit === "timeMs" ? durationText(amount) : `${countText(amount)} ${unit}`;
}

/** `+1.20s`, `-$0.01`: by how much something grew or shrank; nothing where that is not known or nothing. */
export function deltaText(amount: number | null | undefined, textOf: (amount: number) => string): string {
  if (amount === null || amount === undefined || amount === 0) return "";
  return `${amount > 0 ? "+" : "−"}${textOf(Math.abs(amount))}`;
}
