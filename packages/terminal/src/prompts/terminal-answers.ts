import type { InputHandler } from "@dad/events";
import type { InputRequest, Json } from "@dad/protocol";
import { paintFor } from "../paint.ts";
import type { Progress } from "../progress.ts";
import { askAnswer } from "./ask-answer.ts";
import { openClackDialog } from "./clack-dialog.ts";
import { type Dialog, DialogLeft, type EditText, type WhyLeft } from "./dialog.ts";
import type { KeySource } from "./keyboard.ts";
import { plainDialog } from "./plain-dialog.ts";
import { type Screen, screenOn } from "./screen.ts";

export interface TerminalAnswersOptions {
  readonly input: KeySource;
  readonly output: NodeJS.WriteStream;
  /** Ends the run, which aborts what it asks for. While a prompt is shown, the terminal does not do that itself at Ctrl-C. */
  readonly interrupt: () => void;
  /** Keeps still while somebody is asked. */
  readonly progress?: Pick<Progress, "pause">;
  /** Default: texts of several lines are written in the terminal. */
  readonly editor?: EditText | undefined;
  /** The kind of terminal, as `TERM` says it. One that is `dumb` is asked line by line. */
  readonly term?: string | undefined;
  /** How a request that is left is answered later, for people. */
  readonly later?: (request: Parameters<InputHandler>[0]) => string;
}

/**
 * Answers requests for input by asking somebody at a terminal, one after the other. A request is left to others, and the run to wait,
 * when they do not want to answer now.
 */
export function terminalAnswers(options: TerminalAnswersOptions): (...asked: Parameters<InputHandler>) => Promise<Json | undefined> {
  let before: Promise<unknown> = Promise.resolve();
  return (request, { signal }) => {
    const answered = before.then(() => (signal.aborted ? undefined : answerOf(request, signal, options)));
    before = answered.catch(() => undefined);
    return answered;
  };
}

async function answerOf(
  request: Parameters<InputHandler>[0],
  signal: AbortSignal,
  { progress, output, interrupt, later, ...options }: TerminalAnswersOptions,
): Promise<Json | undefined> {
  using _pause = progress?.pause();
  using screen = screenOn(output);
  using dialog = await openDialog(screen, { ...options, output, signal });
  try {
    dialog.say(`${headOf(request)} · ${dialog.keys}`);
    return await askAnswer(request, dialog);
  } catch (error) {
    if (!(error instanceof DialogLeft)) throw error;
    await left(error.why, { signal, interrupt, dialog, told: later?.(request) ?? `${request.id} is left for later`, id: request.id });
    return undefined;
  }
}

interface Leaving {
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  readonly dialog: Dialog;
  readonly told: string;
  readonly id: string;
}

async function left(why: WhyLeft, { signal, interrupt, dialog, told, id }: Leaving): Promise<void> {
  switch (why) {
    case "later":
      return dialog.say(told);
    case "gone":
      dialog.erase();
      return dialog.say(`${id} needs no answer any more`);
    case "interrupted":
      // From here on the terminal itself hears Ctrl-C, which may be pressed again.
      dialog[Symbol.dispose]();
      interrupt();
      // Nobody else is asked, and the run does not begin to wait, before it has heard that it ends.
      return aborted(signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  // A signal to this process is heard by a process that goes on.
  const alive = setInterval(() => {}, HOUR_MS);
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(clearInterval(alive)), { once: true });
  });
}

const HOUR_MS = 3_600_000;

function openDialog(
  screen: Screen,
  { term, output, editor, input, signal }: Pick<TerminalAnswersOptions, "term" | "output" | "editor" | "input"> & { readonly signal: AbortSignal },
): Dialog | Promise<Dialog> {
  if (term === "dumb") return plainDialog({ screen, input, signal, editor });
  return openClackDialog({ screen, input, signal, editor, paint: paintFor(output) });
}

function headOf({ id, expiresAt }: InputRequest): string {
  return expiresAt === undefined ? id : `${id} · until ${new Date(expiresAt).toLocaleString("sv-SE")}`;
}
