import { createInterface } from "node:readline";
import { DialogLeft } from "./dialog.ts";
import { CTRL_C } from "./keyboard.ts";
import { leftOrAnswered, type PromptStreams, type PromptTerminal } from "./left-or-answered.ts";

const LEFT: unique symbol = Symbol("left");

// oxlint-disable-next-line no-control-regex -- what arrows and the like give
const SEQUENCE = /\u001b\[[\d;]*[A-Za-z~]/g;

/**
 * One line, as the terminal itself edits it; Ctrl-C there is a signal to the program.
 *
 * @throws DialogLeft
 */
export async function plainLine({ input, screen, signal }: PromptTerminal, prompt: string): Promise<string> {
  if (signal.aborted) throw new DialogLeft("gone");
  if (input.readableEnded || input.destroyed) throw new DialogLeft("later");
  screen.write(prompt);
  const reader = createInterface({ input, terminal: false });
  const line = await new Promise<string | typeof LEFT>((resolve) => {
    reader.once("line", resolve).once("close", () => resolve(LEFT));
    signal.addEventListener("abort", () => resolve(LEFT), { once: true });
  });
  reader.close();
  if (line === LEFT) screen.write("\n");
  if (line === LEFT) throw new DialogLeft(signal.aborted ? "gone" : "later");
  return line;
}

/**
 * One line that is not shown.
 *
 * @throws DialogLeft
 */
export async function hiddenLine(terminal: PromptTerminal, prompt: string): Promise<string> {
  // Before it is asked for: the terminal must not show what is typed at once.
  terminal.input.setRawMode?.(true);
  terminal.screen.write(prompt);
  try {
    return await leftOrAnswered(terminal, (streams) => new Promise<string | typeof LEFT>((resolve) => readHidden(streams, resolve)));
  } finally {
    terminal.input.setRawMode?.(false);
    terminal.screen.write("\n");
  }
}

function readHidden({ input, signal }: PromptStreams, resolve: (line: string | typeof LEFT) => void): void {
  let written = "";
  const onKey = (key: string): void => {
    if (key === "\r" || key === "\n") resolve(written);
    else if (key === CTRL_C) resolve(LEFT);
    else if (key === "\u007f" || key === "\b") written = Array.from(written).slice(0, -1).join("");
    else if (key >= " ") written += key;
  };
  signal.addEventListener("abort", () => resolve(LEFT), { once: true });
  input.on("data", (chunk: Buffer) => {
    for (const key of chunk.toString().replaceAll(SEQUENCE, "")) onKey(key);
  });
}
