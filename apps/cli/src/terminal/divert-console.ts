import { Console } from "node:console";
import { Writable } from "node:stream";

/** From now on, what code prints with `console` goes to `log`: stdout belongs to the result of the command. */
export function divertConsole(log: (text: string) => void): void {
  const stream = new Writable({
    write(chunk: unknown, _encoding, done) {
      log(String(chunk));
      done();
    },
  });
  globalThis.console = new Console(stream);
}
