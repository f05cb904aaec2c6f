import { visible } from "../visible.ts";
import { type Dialog, DialogLeft, type EditText, type MenuQuestion, type SeveralQuestion, type TextQuestion } from "./dialog.ts";
import type { PromptTerminal } from "./left-or-answered.ts";
import { plainLine } from "./plain-line.ts";
import { plainText, textHint } from "./plain-text.ts";
import { wrapped } from "./screen.ts";
import type { MenuItem } from "./way-to-ask.ts";

export interface PlainDialogOptions extends PromptTerminal {
  readonly editor: EditText | undefined;
}

/** Written instead of an answer. */
const LATER = ":later";

type Read<Value> = { readonly value: Value } | { readonly problem: string };

/** Asks with lines only, on a terminal that cannot move its cursor. */
export function plainDialog({ editor, ...terminal }: PlainDialogOptions): Dialog {
  const { screen } = terminal;
  const say = (text: string): void => screen.write(`${wrapped(visible(text), screen.columns()).join("\n")}\n`);

  async function lineOf(expected: string): Promise<string> {
    const line = await plainLine(terminal, `${expected}> `);
    if (line === LATER) throw new DialogLeft("later");
    return line;
  }

  /** Until there is a value. */
  async function until<Value>({ label, hint = "" }: Pick<TextQuestion, "label" | "hint">, read: () => Promise<Read<Value>>): Promise<Value> {
    say(hint === "" ? label : `${label}\n(${hint})`);
    for (;;) {
      const given = await read();
      if ("value" in given) return given.value;
      say(given.problem);
    }
  }

  return {
    keys: `${LATER}: not now · Ctrl-C: cancel the run`,
    say,
    menu<Value>({ items, initial = 0, ...question }: MenuQuestion<Value>) {
      const read = async (): Promise<Read<Value>> => oneOf(items, (await lineOf(`1-${items.length} [${initial + 1}]`)) || String(initial + 1));
      return until(withList(question, items), read);
    },
    several<Value>({ items, least = 0, initial: _initial, ...question }: SeveralQuestion<Value>) {
      return until(withList(question, items), async () => someOf(items, await lineOf("numbers, as 1 3"), least));
    },
    yesNo: ({ initial = true, ...question }) => until(question, async () => yesOrNo(await lineOf(initial ? "Y/n" : "y/N"), initial)),
    text: (question) =>
      until({ label: question.label, hint: textHint(question, editor) }, async () => {
        const value = await plainText(question, { ...terminal, editor, say, lineOf });
        const problem = question.check?.(value);
        return problem === undefined ? { value } : { problem };
      }),
    erase() {},
    [Symbol.dispose]() {},
  };
}

function withList({ label, hint = "" }: Pick<TextQuestion, "label" | "hint">, items: readonly MenuItem<unknown>[]): Pick<TextQuestion, "label"> {
  const lines = items.map((item, at) => `${at + 1}) ${item.label}${item.hint === undefined ? "" : ` (${item.hint})`}`);
  return { label: [label, ...(hint === "" ? [] : [`(${hint})`]), ...lines].join("\n") };
}

function oneOf<Value>(items: readonly MenuItem<Value>[], line: string): Read<Value> {
  const item = items[Number(line.trim()) - 1];
  return item ? { value: item.value } : { problem: `a number from 1 to ${items.length} is expected` };
}

function someOf<Value>(items: readonly MenuItem<Value>[], line: string, least: number): Read<readonly Value[]> {
  const numbers = new Set(line.split(/[\s,]+/).filter((word) => word !== ""));
  const chosen = Array.from(numbers, (word) => items[Number(word) - 1]);
  const values = chosen.flatMap((item) => (item ? [item.value] : []));
  if (values.length < chosen.length) return { problem: `numbers from 1 to ${items.length} are expected` };
  return values.length < least ? { problem: `at least ${least} of them are expected` } : { value: values };
}

function yesOrNo(line: string, initial: boolean): Read<boolean> {
  const word = line.trim().toLowerCase();
  if (word === "") return { value: initial };
  if (["y", "yes"].includes(word)) return { value: true };
  return ["n", "no"].includes(word) ? { value: false } : { problem: "y or n is expected" };
}
