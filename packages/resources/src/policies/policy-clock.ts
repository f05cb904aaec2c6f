/** Where policies have their time from. */
export interface PolicyClock {
  /** Milliseconds since a moment in the past; it never goes back. */
  now(): number;
  /** Calls back once, after at least so many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** What one timer can wait for. It takes more than that for nothing at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine, as it passes. What waits keeps the process alive. */
export function systemPolicyClock(): PolicyClock {
  return {
    now: () => performance.now(),
    after(ms, callback) {
      let timer: NodeJS.Timeout;
      const wait = (left: number) => {
        timer = left > MAX_TIMER_MS ? setTimeout(wait, MAX_TIMER_MS, left - MAX_TIMER_MS) : setTimeout(callback, Math.ceil(left));
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Waits, or rejects with the reason of the signal. */
export async function passed(ms: number, clock: PolicyClock, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = clock.after(ms, resolve);
  const abort = () => reject(signal?.reason as Error);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    stop();
    signal?.removeEventListener("abort", abort);
  }
}
