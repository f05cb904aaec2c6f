import { RunCancelledError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** From now on the first Ctrl-C asks the run to end, and says so; the second one ends this program at once. */
export function interruption(say: (text: string) => void): Interruption {
  const cancelling = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (cancelling.signal.aborted) process.exit(EXIT.cancelled);
    say("cancelling the run (Ctrl-C again ends it at once)\n");
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
