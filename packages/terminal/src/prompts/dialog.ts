import type { MenuItem } from "./way-to-ask.ts";

/** Why somebody was asked, and did not answer: not now, or they want the run to end, or no answer is needed any more. */
export type WhyLeft = "later" | "interrupted" | "gone";

/** Ends what is being asked, also in the middle of a form. */
export class DialogLeft extends Error {
  override readonly name = "DialogLeft";

  readonly why: WhyLeft;

  constructor(why: WhyLeft) {
    super(`nobody answers: ${why}`);
    this.why = why;
  }
}

export interface MenuQuestion<Value> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly items: readonly MenuItem<Value>[];
  /** Where it begins. */
  readonly initial?: number | undefined;
}

export interface SeveralQuestion<Value> extends Omit<MenuQuestion<Value>, "initial"> {
  readonly initial?: readonly number[];
  /** How many there have to be. */
  readonly least?: number | undefined;
}

export interface TextQuestion {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What Enter gives as it is, and what can be edited. */
  readonly initial?: string | undefined;
  /** Nothing is an answer, too. What it means, for people. */
  readonly optional?: string | undefined;
  /** Why a text is none, for people. */
  readonly check?: ((text: string) => string | undefined) | undefined;
  /** `line`: it has no line breaks. `editor`: it is written in one, where there is one. `secret`: it is not shown. Default `text`, which may have several lines. */
  readonly kind?: "text" | "line" | "editor" | "secret" | undefined;
}

/**
 * Somebody at a terminal, who is asked one thing after the other. Labels and hints may hold anything: what would act on the terminal is shown as it
 * is written in code.
 *
 * @throws DialogLeft, each of them. When it is disposed, the terminal is as it was.
 */
export interface Dialog extends Disposable {
  /** How to leave it, for people. */
  readonly keys: string;
  say(text: string): void;
  menu<Value>(question: MenuQuestion<Value>): Promise<Value>;
  several<Value>(question: SeveralQuestion<Value>): Promise<readonly Value[]>;
  yesNo(question: Omit<MenuQuestion<boolean>, "items" | "initial"> & { readonly initial?: boolean }): Promise<boolean>;
  text(question: TextQuestion): Promise<string>;
  /** Takes back all that it has shown. */
  erase(): void;
}

/** Changes a text in an editor. `undefined` when that ended with an error. */
export type EditText = (text: string, options: { readonly signal: AbortSignal }) => Promise<string | undefined>;
