/** Waits that can be ended early: what an `AbortSignal` is, for one that waits, in a tenth of the time. */
export interface Stoppable {
  /** Starts the work and settles as it does, or rejects as soon as this is stopped. */
  until<Result>(work: () => Result | Promise<Result>): Promise<Result>;
  /** Rejects what is waited for at this moment. */
  stop(reason: unknown): void;
}

export function stoppable(): Stoppable {
  let reject: ((reason: unknown) => void) | undefined;

  return {
    async until(work) {
      const { promise: stopped, reject: stop } = Promise.withResolvers<never>();
      reject = stop;
      try {
        // The one that stops it is first: work that stops itself has not been done.
        return await Promise.race([stopped, work()]);
      } finally {
        reject = undefined;
      }
    },
    stop: (reason) => reject?.(reason),
  };
}
