import type { PolicyClock } from "./policy-clock.ts";

const MINUTE_MS = 60_000;
/** Of the limit. Times are fractions: without it a wait may be over, and a billionth be missing. */
const TOLERANCE = 1e-6;

/** What may be used: so much at once, and what was used comes back evenly over a minute. */
export interface TokenBucket {
  /** How long it takes until so much may be used, in milliseconds. More than is ever there may be used when all is there. */
  waitFor(amount: number): number;
  /** Less than nothing may be left then: that has to come back first. Gives what takes note, once, of how much it really was. */
  take(amount: number): (used: number) => void;
}

/** Something that was taken and of which nobody knows yet how much of it is used. */
interface Taken {
  /** How much less than all has been there since then at least, until something was taken that is still in `open`. */
  missing: number;
}

/** A bucket without a limit has always enough. */
export function tokenBucket(perMinute: number | undefined, clock: PolicyClock): TokenBucket {
  return perMinute === undefined ? { waitFor: () => 0, take: () => () => {} } : limitedBucket(perMinute, clock);
}

function limitedBucket(perMinute: number, clock: PolicyClock): TokenBucket {
  const open: Taken[] = [];
  let level = perMinute;
  let at = clock.now();

  function refill(): void {
    const now = clock.now();
    level = Math.min(perMinute, level + ((now - at) * perMinute) / MINUTE_MS);
    at = now;
    const last = open.at(-1);
    if (last) last.missing = Math.min(last.missing, perMinute - level);
  }

  /** What was full in the meantime would not have become fuller: no more comes back than there was room for all the time. */
  function giveBack(taken: Taken, amount: number): void {
    const index = open.indexOf(taken);
    if (index === -1) return;
    refill();
    const since = open.slice(index);
    const back = Math.min(amount, ...since.map(({ missing }) => missing));
    level += back;
    for (const one of since) one.missing -= Math.max(0, back);
    open.splice(index, 1);
    const before = open[index - 1];
    if (before) before.missing = Math.min(before.missing, taken.missing);
  }

  return {
    waitFor(amount) {
      refill();
      const missing = Math.min(amount, perMinute) - level;
      return missing > TOLERANCE * perMinute ? (missing * MINUTE_MS) / perMinute : 0;
    },
    take(amount) {
      refill();
      level -= amount;
      const taken: Taken = { missing: perMinute - level };
      open.push(taken);
      return (used) => giveBack(taken, amount - used);
    },
  };
}
