import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { assertMilliseconds, type Clock } from "./clock.ts";

/** Time that passes only when a test says so. */
export interface FakeClock extends Clock {
  /** Milliseconds since it was made. */
  now(): number;
  /** How many callbacks wait for their time. */
  pending(): number;
  /** Lets time pass. Calls back what is due, in the order of the times, and lets promises settle before the first and after each. */
  advance(ms: number): Promise<void>;
}

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

export function fakeClock(): FakeClock {
  const waiting = new Set<Waiting>();
  let now = 0;

  /** Of those at the same time the first that was asked for. */
  function dueUntil(end: number): Waiting | undefined {
    let due: Waiting | undefined;
    for (const next of waiting) if (next.at <= end && (due === undefined || next.at < due.at)) due = next;
    return due;
  }

  return {
    after(ms, callback) {
      // As a timer does: in the context of who waits, not of who lets time pass.
      const entry = { at: now + ms, callback: AsyncLocalStorage.bind(callback) };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    now: () => now,
    pending: () => waiting.size,
    async advance(ms) {
      assertMilliseconds("The time to advance", ms);
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
