import { Console } from "node:console";
import type { Redactor } from "@dad/secrets";
import { lineWriter } from "@dad/terminal";

/** What other code prints goes somewhere else until this is disposed. */
export interface DivertedOutput extends Disposable {
  /** Writes to the real stdout. False when it could not be told. */
  tell(text: string): Promise<boolean>;
}

/**
 * From now on, what code prints with `console` or to stdout goes to `log`, line by line and without secrets: stdout belongs to the result of
 * the command.
 */
export function divertOutput(log: (text: string) => void, redactor: Redactor): DivertedOutput {
  const { stdout } = process;
  const realConsole = globalThis.console;
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const realWrite = stdout.write;
  const lines = lineWriter(log, redactor.stream());
  globalThis.console = new Console(lines.stream);
  stdout.write = lines.stream.write.bind(lines.stream) as typeof stdout.write;
  return {
    tell: (text) => new Promise((done) => void realWrite.call(stdout, redactor.text(text), "utf8", (error) => done(!error))),
    [Symbol.dispose]() {
      lines.flush();
      globalThis.console = realConsole;
      stdout.write = realWrite;
    },
  };
}
