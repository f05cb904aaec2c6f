import { setTimeout as delay } from "node:timers/promises";

export interface Poll {
  /** True: it is over the limit. */
  readonly isOver: (signal: AbortSignal) => Promise<boolean>;
  /** What to do then, once. */
  readonly onOver: () => void;
  /** The least time between two looks. A look that takes long is followed by a longer pause. */
  readonly everyMs: number;
}

/** How much longer than a look the pause after it is at least: looking takes a tenth of the time. */
const PAUSE = 9;

/** Looks again and again, until it is disposed of or over. What cannot be looked at is looked at again. */
export function pollWhile({ isOver, onOver, everyMs }: Poll): Disposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const poll = async (): Promise<void> => {
    for (let pause = everyMs; ;) {
      await delay(pause, undefined, { signal });
      const before = performance.now();
      if (await isOver(signal).catch(() => false)) return signal.aborted ? undefined : onOver();
      pause = Math.max(everyMs, (performance.now() - before) * PAUSE);
    }
  };
  void poll().catch(() => undefined);
  return { [Symbol.dispose]: () => stopping.abort() };
}
