import type { Usage } from "@dad/protocol";
import type { UsageEstimate } from "../model-meter.ts";

/** What is counted of calls. All of it is whole numbers, so that no sum is off by a fraction. */
export interface Amounts {
  readonly tokens: number;
  readonly calls: number;
  /** In millionths of a millionth of a US dollar: cheaper is no token. `null`: not known. */
  readonly usd: number | null;
}

export type AmountUnit = keyof Amounts;

export const AMOUNT_UNITS = ["tokens", "usd", "calls"] as const satisfies readonly AmountUnit[];

const PICO = 1e12;

/** A limit, or what is spent, as it is counted. */
export function countedAs(unit: AmountUnit, amount: number): number {
  return unit === "usd" ? Math.round(amount * PICO) : amount;
}

/** What was counted, as people say it. */
export function said(unit: AmountUnit, counted: number): number {
  return unit === "usd" ? counted / PICO : counted;
}

/** What one call is expected to use at most. */
export function amountsOfEstimate({ tokens, usd }: UsageEstimate): Amounts {
  return { tokens, calls: 1, usd: usd === null ? null : countedAs("usd", usd) };
}

/** What was used, with what was set aside for calls of which nobody knows that. */
export function amountsOf({ inputTokens, outputTokens, calls = 0, costUsd, forfeited }: Usage): Amounts {
  const usd = costUsd === null || forfeited?.usd === null ? null : countedAs("usd", costUsd) + countedAs("usd", forfeited?.usd ?? 0);
  return { tokens: inputTokens + outputTokens + (forfeited?.tokens ?? 0), calls, usd };
}
