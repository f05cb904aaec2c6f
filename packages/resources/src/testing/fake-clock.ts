import { setImmediate } from "node:timers/promises";
import type { PolicyClock } from "../policies/policy-clock.ts";

/** Time that passes only when a test says so. */
export interface FakeClock extends PolicyClock {
  /** How many callbacks wait for their time. */
  pending(): number;
  /** Lets time pass. Calls back what is due, in the order of the times, and lets promises settle before the first and after each. */
  advance(ms: number): Promise<void>;
}

/** For the policies around models. */
export function fakeClock(): FakeClock {
  const waiting = new Set<{ readonly at: number; readonly callback: () => void }>();
  let now = 0;

  function dueUntil(end: number) {
    return [...waiting]
      .filter(({ at }) => at <= end)
      .reduce<{ at: number; callback: () => void } | undefined>((first, next) => (!first || next.at < first.at ? next : first), undefined);
  }

  return {
    after(ms, callback) {
      const entry = { at: now + ms, callback };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    now: () => now,
    pending: () => waiting.size,
    async advance(ms) {
      const end = now + ms;
      await setImmediate();
      for (let due = dueUntil(end); due; due = dueUntil(end)) {
        waiting.delete(due);
        now = due.at;
        due.callback();
        await setImmediate();
      }
      now = end;
    },
  };
}
