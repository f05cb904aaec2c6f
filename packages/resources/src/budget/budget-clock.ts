/** Where a budget has its time from. */
export interface BudgetClock {
  /** Milliseconds, from any beginning. It is never set back. */
  now(): number;
  /** Calls back once, after at least so many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** What one timer can wait for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine. What it waits for keeps no process alive. */
export function monotonicClock(): BudgetClock {
  return {
    now: () => performance.now(),
    after(ms, callback) {
      // Whoever waits for longer looks again in between.
      const timer = setTimeout(callback, Math.min(Math.ceil(ms), MAX_TIMER_MS));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
