import type * as Clack from "@clack/prompts";
import { visible } from "../visible.ts";
import { type Dialog, DialogLeft, type EditText, type TextQuestion } from "./dialog.ts";
import { editedAnswer, textToEdit } from "./edited-text.ts";
import { CTRL_D, CTRL_G, inOneLine, withoutEnd } from "./keyboard.ts";
import { leftOrAnswered, type PromptKeys, type PromptTerminal } from "./left-or-answered.ts";
import { severalLines } from "./several-lines.ts";

export interface TextTerminal extends PromptTerminal {
  readonly clack: typeof Clack;
  readonly bar: string;
  readonly message: (question: Pick<TextQuestion, "label" | "hint">) => string;
  readonly editor: EditText | undefined;
  readonly dialog: Pick<Dialog, "say" | "menu" | "yesNo">;
}

const ENTER = "\r";

/** Stand for a line break and a tab where these keys do something else. For private use, by Unicode. */
const LINE_BREAK = "\ue00a";
const TAB = "\ue009";

export async function askText(question: TextQuestion, terminal: TextTerminal): Promise<string> {
  if (question.kind === "secret") return askSecret(question, terminal);
  const { initial = "" } = question;
  if (question.kind === "editor") return askInEditor(question, terminal);
  if (isOneLine(initial)) return askLine(question, terminal);
  // It cannot be shown in a field as it is.
  const keeps = await terminal.dialog.yesNo({ label: `${question.label}: keep this?`, hint: initial, initial: true });
  return keeps ? initial : askLine({ ...question, initial: "" }, terminal);
}

function isOneLine(text: string): boolean {
  return visible(text) === text && !/[\n\t]/.test(text);
}

async function askSecret({ label, hint, check }: TextQuestion, { clack, message, ...terminal }: TextTerminal): Promise<string> {
  const shown = { message: prefixed(message({ label, hint: joined(hint, "it is not shown") }), terminal.bar) };
  const meant = (text: string): string => text.replaceAll(LINE_BREAK, "\n").replaceAll(TAB, "\t");
  const validate = (text: string | undefined): string | undefined => shownProblem(check?.(meant(text ?? "")));
  // A key in several lines is a secret, too.
  const keys: PromptKeys = { pasted: (text) => withoutEnd(text).replaceAll("\n", LINE_BREAK).replaceAll("\t", TAB) };
  return meant(await leftOrAnswered(terminal, (streams) => clack.password({ ...streams, ...shown, validate, clearOnError: true }), keys));
}

/** In one line, until there is a reason for more. */
async function askLine(question: TextQuestion, terminal: TextTerminal): Promise<string> {
  const { check, initial = "", optional } = question;
  const before = terminal.screen.row();
  const isText = question.kind !== "line";
  /** What is to be added in several lines. */
  let more: string | undefined;
  const keys: PromptKeys = {
    typed: (text) => (isText && text.includes(CTRL_G) ? ((more = ""), text.replace(CTRL_G, ENTER)) : text),
    pasted: (text) => (isText && /[\n\t]/.test(withoutEnd(text)) ? ((more = text), ENTER) : inOneLine(text)),
  };
  const hint = joined(question.hint, isText ? "Ctrl-G: several lines" : undefined);
  const options = {
    message: prefixed(terminal.message({ ...question, hint }), terminal.bar),
    initialValue: initial,
    ...(optional !== undefined && { placeholder: optional }),
    validate: (text: string | undefined) => (more === undefined ? shownProblem(check?.(text ?? "")) : undefined),
  };
  const line = await leftOrAnswered(terminal, (streams) => terminal.clack.text({ ...streams, ...options }), keys);
  if (more === undefined) return line;
  terminal.screen.eraseTo(before);
  const initialLines = `${line}${more}`;
  return terminal.editor === undefined || more !== ""
    ? askLines({ ...question, initial: initialLines }, terminal)
    : askInEditor({ ...question, initial: initialLines }, terminal);
}

async function askLines(question: TextQuestion, terminal: TextTerminal): Promise<string> {
  const { screen, dialog, bar, clack } = terminal;
  let { initial = "" } = question;
  for (;;) {
    const shown = terminal.message({ ...question, hint: joined(question.hint, "Enter: next line · Ctrl-D: send") });
    screen.write(`${bar.trimEnd()}\n${clack.S_STEP_ACTIVE}  ${prefixed(shown, bar)}\n`);
    const sent = new AbortController();
    const typed = (text: string): string => {
      const at = text.indexOf(CTRL_D);
      if (at === -1) return text;
      // What was typed before it is taken first.
      setImmediate(() => sent.abort());
      return text.slice(0, at);
    };
    const keys: PromptKeys = { typed, pasted: (text) => text.replaceAll("\n", ENTER), endsAtCtrlD: false };
    const text = await leftOrAnswered(terminal, (streams) => severalLines({ ...streams, margin: bar, initial, sent: sent.signal }), keys);
    const problem = question.check?.(text);
    if (problem === undefined) return text;
    dialog.say(problem);
    initial = text;
  }
}

async function askInEditor(question: TextQuestion, terminal: TextTerminal): Promise<string> {
  const { editor, signal, dialog } = terminal;
  const { label, hint, check, optional } = question;
  let { initial = "" } = question;
  if (!editor) return askLines(question, terminal);
  for (;;) {
    const where = await dialog.menu({
      label,
      hint,
      items: [
        { value: "editor", label: "write in the editor" },
        { value: "here", label: "write here" },
      ],
    });
    if (where === "here") return askLines({ ...question, initial }, terminal);
    const edited = await outOfRaw(terminal, () => editor(textToEdit(visible(joined(label, hint) ?? label), initial), { signal }));
    if (signal.aborted) throw new DialogLeft("gone");
    if (edited === undefined) {
      dialog.say("The editor ended with an error: nothing is taken of what was written.");
      throw new DialogLeft("later");
    }
    const text = editedAnswer(edited);
    if (text === "" && optional === undefined) throw new DialogLeft("later");
    const problem = check?.(text);
    if (problem === undefined) return text;
    dialog.say(problem);
    initial = text;
  }
}

/** Somebody else has the terminal. */
async function outOfRaw<Result>({ input }: Pick<TextTerminal, "input">, work: () => Promise<Result>): Promise<Result> {
  input.setRawMode?.(false);
  try {
    return await work();
  } finally {
    input.setRawMode?.(true);
  }
}

function joined(one: string | undefined, other: string | undefined): string | undefined {
  return [one, other].filter((part) => part !== undefined && part !== "").join(" · ") || undefined;
}

function prefixed(text: string, bar: string): string {
  return text.replaceAll("\n", `\n${bar}`);
}

function shownProblem(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : visible(problem);
}
