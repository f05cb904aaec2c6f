const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Somebody who only looks, and may leave. */
export interface Leaving extends Disposable {
  /** Aborted by Ctrl-C, a polite `kill`, and a terminal that is closed. */
  readonly signal: AbortSignal;
}

export function leaving(): Leaving {
  const controller = new AbortController();
  const leave = (): void => controller.abort();
  for (const signal of SIGNALS) process.on(signal, leave);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, leave);
    },
  };
}
