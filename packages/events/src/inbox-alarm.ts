/** Wakes those who wait, and remembers it for who comes next when nobody does. */
export interface Alarm {
  ring(): void;
  /** Resolves when it rings, when the signal is aborted, and when the time is up. That alone keeps no process alive. @returns whether it rang. */
  wait(signal: AbortSignal, timeMs?: number): Promise<boolean>;
}

/** For one who waits at a time. */
export function alarm(): Alarm {
  let rang = false;
  let wake: () => void = () => {};
  return {
    ring() {
      rang = true;
      wake();
    },
    async wait(signal, timeMs) {
      if (!rang && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        signal.addEventListener("abort", wake, { once: true });
        const timer = timeMs === undefined ? undefined : setTimeout(wake, timeMs).unref();
        await promise;
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
      }
      const woken = rang;
      rang = false;
      return woken;
    },
  };
}
