import { EXIT } from "../exit-code.ts";

/** What becomes of a run whose process ends before the run does. */
export const READS_AS_INTERRUPTED = "the run reads as interrupted: dad resume goes on with it, and dad ls has its id";

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Until this is disposed, the program stays alive although nothing is left to do, as when a node waits for ever. When it
 * exits nevertheless, because code of an agent says so, it says what that means and does not exit as if all were well.
 */
export function stayAlive(say: (text: string) => void): Disposable {
  const timer = setInterval(() => undefined, LONGEST_TIMER);
  const onExit = (code: number): void => {
    say(`the program was ended from inside the run (by process.exit?): ${READS_AS_INTERRUPTED}\n`);
    if (code === 0) process.exitCode = EXIT.failed;
  };
  process.on("exit", onExit);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      process.off("exit", onExit);
    },
  };
}
