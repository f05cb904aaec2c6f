import { messageOf } from "@dad/protocol";
import { visible } from "@dad/terminal";
import { UncaughtError } from "../errors.ts";

/**
 * From now on an error that nothing caught does not end this program, but aborts the signal, with an
 * UncaughtError (`UNCAUGHT_ERROR`). Every one of them is told: later ones, and those after the run, fail nothing more.
 */
export function uncaughtErrors(say: (text: string) => void): AbortSignal {
  const failing = new AbortController();
  // Node turns a rejection that nobody handles into this, too.
  process.on("uncaughtException", (error: unknown) => {
    say(`an error that nothing caught: ${visible(messageOf(error))}\n`);
    failing.abort(new UncaughtError(error));
  });
  return failing.signal;
}
