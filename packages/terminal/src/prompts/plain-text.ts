import { visible } from "../visible.ts";
import { DialogLeft, type EditText, type TextQuestion } from "./dialog.ts";
import { editedAnswer, textToEdit } from "./edited-text.ts";
import type { PromptTerminal } from "./left-or-answered.ts";
import { hiddenLine } from "./plain-line.ts";

export interface PlainTextOptions extends PromptTerminal {
  readonly editor: EditText | undefined;
  readonly say: (text: string) => void;
  readonly lineOf: (expected: string) => Promise<string>;
}

/** Written instead of a text. */
const SEVERAL_LINES = ":lines";
const IN_EDITOR = ":edit";
/** A line that is the end of several. */
const END = ".";

/** @throws DialogLeft */
export async function plainText(question: TextQuestion, options: PlainTextOptions): Promise<string> {
  if (question.kind === "secret") return hiddenLine(options, "not shown> ");
  const line = await options.lineOf("");
  if (line === "" && question.initial !== undefined) return question.initial;
  if (question.kind === "line") return line;
  if (line === SEVERAL_LINES) return severalLines(options);
  return line === IN_EDITOR && options.editor ? inEditor(question, options.editor, options) : line;
}

async function severalLines({ say, lineOf }: PlainTextOptions): Promise<string> {
  say(`Lines, and then one with ${END} alone.`);
  const lines: string[] = [];
  for (let line = await lineOf(""); line !== END; line = await lineOf("")) lines.push(line);
  return lines.join("\n");
}

async function inEditor(question: TextQuestion, edit: EditText, { signal, say }: PlainTextOptions): Promise<string> {
  const text = await edit(textToEdit(visible(question.label), question.initial ?? ""), { signal });
  if (signal.aborted) throw new DialogLeft("gone");
  if (text === undefined) say("The editor ended with an error: nothing is taken of what was written.");
  const answer = text === undefined ? "" : editedAnswer(text);
  if (answer === "" && question.optional === undefined) throw new DialogLeft("later");
  return answer;
}

/** What else may be written, for people. */
export function textHint({ hint, initial, optional, kind }: TextQuestion, editor: EditText | undefined): string {
  const isText = kind !== "line" && kind !== "secret";
  const parts = [
    hint === "" ? undefined : hint,
    initial === undefined ? optional : `Enter: ${initial}`,
    isText ? `${SEVERAL_LINES}: several lines` : undefined,
    isText && editor ? `${IN_EDITOR}: in the editor` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}
