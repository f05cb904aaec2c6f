import { createInterface } from "node:readline";
import type { PromptStreams } from "./left-or-answered.ts";

/** Said when it was left. */
export const LEFT: unique symbol = Symbol("left");

export interface SeveralLinesOptions extends PromptStreams {
  /** What each line begins with. */
  readonly margin: string;
  /** What is there already. */
  readonly initial: string;
  /** Aborted by the key that sends it. */
  readonly sent: AbortSignal;
}

/** Takes one line after the other until it is sent. The editing of a line is that of the terminal's shells. */
export function severalLines({ input, output, signal, margin, initial, sent }: SeveralLinesOptions): Promise<string | typeof LEFT> {
  const lines = initial.split("\n");
  const begun = lines.pop() ?? "";
  const reader = createInterface({ input, output, terminal: true, prompt: margin, historySize: 0, escapeCodeTimeout: 50 });
  return new Promise((resolve) => {
    let isOver = false;
    const end = (value: string | typeof LEFT): void => {
      if (isOver) return;
      isOver = true;
      reader.close();
      output.write("\n");
      resolve(value);
    };
    for (const line of lines) output.write(`${margin}${line}\n`);
    reader.on("line", (line) => {
      lines.push(line);
      reader.prompt();
    });
    reader.on("close", () => end(LEFT));
    input.on("keypress", (_text: unknown, key?: { readonly name?: string }) => key?.name === "escape" && end(LEFT));
    signal.addEventListener("abort", () => end(LEFT), { once: true });
    sent.addEventListener("abort", () => end([...lines, ...(reader.line === "" ? [] : [reader.line])].join("\n")), { once: true });
    reader.prompt();
    reader.write(begun);
  });
}
