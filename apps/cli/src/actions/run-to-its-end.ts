import type { RunAgentOptions } from "@dad/local";
import type { Progress } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { READS_AS_INTERRUPTED, stayAlive } from "../agent-file/stay-alive.ts";
import { uncaughtErrors } from "../agent-file/uncaught-errors.ts";
import { EXIT } from "../exit-code.ts";

/** What ends a run from outside. */
type Ends = Required<Pick<RunAgentOptions, "signal" | "failure">>;

/** Lets a run, or several, go to their end: Ctrl-C cancels it, what its code throws beside it fails it, and its code cannot end this program before it is recorded. */
export async function runToItsEnd<Ended>(
  progress: Pick<Progress, "log" | typeof Symbol.dispose>,
  run: (ends: Ends) => Promise<Ended>,
): Promise<Ended> {
  using shown = progress;
  const say = (text: string): void => shown.log(text);
  using alive = stayAlive(say);
  using stop = interruption({
    say,
    end() {
      alive[Symbol.dispose]();
      say(`${READS_AS_INTERRUPTED}\n`);
      process.exit(EXIT.cancelled);
    },
  });
  return await run({ signal: stop.signal, failure: uncaughtErrors(say) });
}
