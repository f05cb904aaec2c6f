import type { Writable } from "node:stream";
import { DialogLeft, type WhyLeft } from "./dialog.ts";
import { CTRL_C, CTRL_D, keyboardOf, type KeyboardOptions, type KeySource, PASTE } from "./keyboard.ts";
import type { Screen } from "./screen.ts";

export interface PromptTerminal {
  readonly input: KeySource;
  readonly screen: Screen;
  /** No answer is needed any more. */
  readonly signal: AbortSignal;
}

/** What one prompt works with. */
export interface PromptStreams {
  readonly input: KeySource;
  readonly output: Writable;
  /** Aborted when it is left. */
  readonly signal: AbortSignal;
}

export interface PromptKeys extends Omit<KeyboardOptions, "onEnd"> {
  /** Leaves it as well. Default `true`. */
  readonly endsAtCtrlD?: boolean;
}

/**
 * Shows a prompt, which gives a symbol when it is left, until it is answered, or left by Esc, Ctrl-C, Ctrl-D, the end of the terminal, or because no answer is needed any more.
 *
 * @throws DialogLeft
 */
export async function leftOrAnswered<Answer>(
  { input, screen, signal }: PromptTerminal,
  prompt: (streams: PromptStreams) => Promise<Answer>,
  { typed = (keys) => keys, pasted, endsAtCtrlD = true }: PromptKeys = {},
): Promise<Exclude<Answer, symbol>> {
  if (signal.aborted) throw new DialogLeft("gone");
  if (input.readableEnded || input.destroyed) throw new DialogLeft("later");
  let why: WhyLeft = "later";
  // A signal of its own: a prompt that is over must not hear of it.
  const leaving = new AbortController();
  const leave = (reason: WhyLeft): void => {
    why = reason;
    leaving.abort();
  };
  const onGone = (): void => leave("gone");
  const onKeys = (keys: string): string => {
    if (keys.includes(CTRL_C)) why = "interrupted";
    else if (endsAtCtrlD && keys.includes(CTRL_D)) leave("later");
    return typed(keys);
  };
  using keyboard = keyboardOf(input, { typed: onKeys, pasted, onEnd: () => leave("later") });
  signal.addEventListener("abort", onGone, { once: true });
  screen.write(PASTE.on);
  try {
    const answer = await prompt({ input: keyboard.stream, output: screen.stream, signal: leaving.signal });
    if (typeof answer === "symbol") throw new DialogLeft(why);
    return answer as Exclude<Answer, symbol>;
  } finally {
    screen.write(PASTE.off);
    signal.removeEventListener("abort", onGone);
  }
}
