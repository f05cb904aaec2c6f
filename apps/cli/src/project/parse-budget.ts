import { type BudgetLimits, BudgetUnit, nameHint } from "@dad/protocol";
import type { BudgetChange } from "@dad/run-context";
import { UsageError } from "../errors.ts";

const EXAMPLE = "usd=2, tokens=200k, calls=100 or time=10m; several with commas between them";

const UNITS: Readonly<Record<string, BudgetUnit>> = { usd: "usd", tokens: "tokens", calls: "calls", time: "timeMs" };

/**
 * The limits of a new run: `["usd=2,tokens=200k", "time=10m"]`.
 *
 * @throws UsageError (`USAGE_INVALID`).
 */
export function parseBudget(texts: readonly string[] | undefined): BudgetLimits | undefined {
  if (texts === undefined) return undefined;
  const limits = parseBudgetChange(texts);
  const none = Object.entries(limits ?? {}).find(([, limit]) => limit === null);
  if (none) throw new UsageError(`--budget ${texts.join(",")}: a new run has no limit that could be taken away; leave it out`);
  return limits as BudgetLimits;
}

/**
 * Limits in the place of those that a run has; `none` for one takes it away, and alone all of them.
 *
 * @throws UsageError (`USAGE_INVALID`).
 */
export function parseBudgetChange(texts: readonly string[] | undefined): BudgetChange | undefined {
  if (texts === undefined) return undefined;
  const parts = texts.flatMap((text) => text.split(","));
  if (parts.length === 1 && parts[0] === "none") return Object.fromEntries(BudgetUnit.options.map((unit) => [unit, null]));
  const change: { [Unit in BudgetUnit]?: number | null } = {};
  for (const part of parts) {
    const { unit, limit } = limitOf(part.trim());
    if (Object.hasOwn(change, unit)) throw new UsageError(`--budget ${part}: that is limited twice; give it once`);
    change[unit] = limit;
  }
  return change;
}

function limitOf(text: string): { readonly unit: BudgetUnit; readonly limit: number | null } {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  if (at < 0) throw new UsageError(`--budget ${text}: give it as ${EXAMPLE}`);
  if (unit === undefined)
    throw new UsageError(`--budget ${text}: nothing is limited by ${JSON.stringify(name)}; ${nameHint(name, Object.keys(UNITS))}`);
  const value = text.slice(at + 1);
  return { unit, limit: value === "none" ? null : amountOf(unit, value, text) };
}

function amountOf(unit: BudgetUnit, value: string, text: string): number {
  const amount = unit === "timeMs" ? milliseconds(value) : unit === "usd" ? dollars(value) : count(value);
  if (amount !== undefined) return amount;
  throw new UsageError(`--budget ${text}: ${JSON.stringify(value)} is no ${WANTED[unit]}`);
}

const WANTED: Readonly<Record<BudgetUnit, string>> = {
  usd: "number of US dollars, such as 2 or 0.50",
  tokens: "number of tokens, such as 20000, 200k or 1.5M",
  calls: "number of calls, such as 100 or 2k",
  timeMs: "time, such as 90s, 10m or 1h30m",
};

function dollars(value: string): number | undefined {
  return /^\$?\d+(\.\d+)?$/.test(value) ? finite(Number(value.replace("$", ""))) : undefined;
}

const FACTORS: Readonly<Record<string, number>> = { k: 1_000, K: 1_000, M: 1_000_000 };

function count(value: string): number | undefined {
  const [, number, factor = ""] = /^(\d+(?:\.\d+)?)([kKM]?)$/.exec(value) ?? [];
  // What is meant by 1.1k is a whole number, which the product is not.
  const amount = number === undefined ? Number.NaN : Math.round(Number(number) * (FACTORS[factor] ?? 1) * 1_000) / 1_000;
  return Number.isSafeInteger(amount) ? amount : undefined;
}

const MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

function milliseconds(value: string): number | undefined {
  const [whole, ...parts] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(value) ?? [];
  if (!whole) return undefined;
  const amount = Object.values(MS).reduce((sum, factor, at) => sum + factor * Number(parts[at] ?? 0), 0);
  return amount > 0 && Number.isSafeInteger(amount) ? amount : undefined;
}

function finite(amount: number): number | undefined {
  return Number.isFinite(amount) ? amount : undefined;
}
