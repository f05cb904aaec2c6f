import type { PolicyClock } from "./policy-clock.ts";

const MINUTE_MS = 60_000;
/** Time is a fraction of two numbers: without it a wait may be over, and a billionth be missing. */
const EPSILON = 1e-6;

/** What may be used: so much at once, and what was used comes back evenly over a minute. */
export interface TokenBucket {
  /** How long it takes until so much may be used, in milliseconds. More than is ever there may be used when all is there. */
  waitFor(amount: number): number;
  /** Less than nothing may be left then: that has to come back first. */
  take(amount: number): void;
  /** What was taken and not used; when it is negative, what was used and not taken. */
  give(amount: number): void;
}

/** A bucket without a limit has always enough. */
export function tokenBucket(perMinute: number | undefined, clock: PolicyClock): TokenBucket {
  if (perMinute === undefined) return { waitFor: () => 0, take() {}, give() {} };
  let level = perMinute;
  let at = clock.now();
  const refill = (more: number) => {
    const now = clock.now();
    level = Math.min(perMinute, level + ((now - at) * perMinute) / MINUTE_MS + more);
    at = now;
  };
  return {
    waitFor(amount) {
      refill(0);
      const missing = Math.min(amount, perMinute) - level;
      return missing > EPSILON * perMinute ? (missing * MINUTE_MS) / perMinute : 0;
    },
    take: (amount) => refill(-amount),
    give: (amount) => refill(amount),
  };
}
