import { visible } from "../visible.ts";
import type { Dialog, EditText, MenuQuestion, SeveralQuestion } from "./dialog.ts";
import { leftOrAnswered, type PromptTerminal } from "./left-or-answered.ts";
import { wrapped } from "./screen.ts";
import { askText, type TextTerminal } from "./text-prompt.ts";
import type { MenuItem } from "./way-to-ask.ts";
import type { Paint } from "../paint.ts";

export interface ClackDialogOptions extends PromptTerminal {
  readonly paint: Paint;
  readonly editor: EditText | undefined;
}

/** Columns before what is said. */
const MARGIN = 3;

/** Asks with menus and fields, on a terminal that can move its cursor. */
export async function openClackDialog({ paint, editor, ...terminal }: ClackDialogOptions): Promise<Dialog> {
  // Loaded when somebody is asked: most commands never ask.
  const clack = await import("@clack/prompts");
  const { screen } = terminal;
  const bar = `${paint("dim", clack.S_BAR)}  `;
  const lines = (text: string): string[] => wrapped(visible(text), screen.columns() - MARGIN);
  const say = (text: string): void =>
    screen.write(
      lines(text)
        .map((line) => `${bar}${line}`.trimEnd().concat("\n"))
        .join(""),
    );
  const message = ({ label, hint = "" }: Pick<MenuQuestion<unknown>, "label" | "hint">): string =>
    [...lines(label), ...(hint === "" ? [] : lines(hint).map((line) => paint("dim", line)))].join("\n");
  const dialog: Dialog = {
    keys: "Esc: not now · Ctrl-C: cancel the run",
    say,
    async menu<Value>({ items, initial = 0, ...question }: MenuQuestion<Value>) {
      const options = { message: message(question), options: optionsOf(items), initialValue: initial };
      return valueAt(items, await leftOrAnswered(terminal, (streams) => clack.select({ ...streams, ...options })));
    },
    async several<Value>({ items, initial = [], least = 0, ...question }: SeveralQuestion<Value>) {
      const hint = [question.hint, "Space: choose · a: all"].filter((part) => part !== undefined).join(" · ");
      const options = { message: message({ ...question, hint }), options: optionsOf(items), initialValues: initial, required: least > 0 };
      const chosen = await leftOrAnswered(terminal, (streams) => clack.multiselect({ ...streams, ...options }));
      return items.filter((_, at) => chosen.includes(at)).map(({ value }) => value);
    },
    yesNo: ({ initial = true, ...question }) =>
      leftOrAnswered(terminal, (streams) => clack.confirm({ ...streams, message: message(question), initialValue: initial })),
    text: (question) => askText(question, { ...terminal, clack, bar, message, editor, dialog } satisfies TextTerminal),
    erase: () => screen.eraseTo(0),
    [Symbol.dispose]: () => void terminal.input.setRawMode?.(false),
  };
  terminal.input.setRawMode?.(true);
  return dialog;
}

function optionsOf(items: readonly MenuItem<unknown>[]): { readonly value: number; readonly label: string; readonly hint?: string }[] {
  return items.map(({ label, hint }, value) => ({ value, label: inline(label), ...(hint !== undefined && { hint: inline(hint) }) }));
}

function inline(text: string): string {
  return visible(text)
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("\t", " ");
}

function valueAt<Value>(items: readonly MenuItem<Value>[], at: number): Value {
  const item = items[at];
  if (!item) throw new RangeError(`there is no entry ${at} in a menu of ${items.length}`);
  return item.value;
}
