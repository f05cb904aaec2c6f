import { RunCancelledError } from "../errors.ts";

/** Ctrl-C, a polite `kill`, a terminal that was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A terminal sends one Ctrl-C to this program and to the one that started it, which may send it on. */
const SAME_SIGNAL_MS = 150;

export interface Interruption extends Disposable {
  /** Aborted by the first signal to end. */
  readonly signal: AbortSignal;
}

export interface InterruptionOptions {
  readonly say: (text: string) => void;
  /** Ends this program at once. */
  readonly end: () => void;
  /** What is cancelled, for people. Default: the run. */
  readonly what?: string;
}

/** From now on the first Ctrl-C asks the run to end, and says so; the second one ends this program at once. */
export function interruption({ say, end, what = "the run" }: InterruptionOptions): Interruption {
  const cancelling = new AbortController();
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (cancelling.signal.aborted) {
      if (performance.now() - firstAt > SAME_SIGNAL_MS) end();
      return;
    }
    firstAt = performance.now();
    say(`cancelling ${what} (Ctrl-C again ends it at once)\n`);
    cancelling.abort(new RunCancelledError(signal));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: cancelling.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
