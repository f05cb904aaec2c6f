import { indentationFrom } from "./indentation.ts";
import { linesOf } from "./text-diff.ts";
import type { Edit, Replacement } from "./text-edit.ts";

interface Line {
  readonly start: number;
  /** Without the end of the line. */
  readonly end: number;
  readonly indent: string;
  readonly trimmed: string;
}

export interface LenientMatches {
  readonly matches: readonly Replacement[];
  /** How many more there are whose indentation does not say how to indent what comes in their place. */
  readonly unclear: number;
}

/** Where whole lines are those of `find` but for white space at their ends. What comes in their place is indented as they were. */
export function lenientMatches(text: string, { find, replace }: Edit): LenientMatches {
  const [wanted, lines] = [splitLines(find), splitLines(text)];
  if (wanted.every(({ trimmed }) => trimmed === "")) return { matches: [], unclear: 0 };
  const matches: Replacement[] = [];
  let unclear = 0;
  for (let first = 0; first + wanted.length <= lines.length; first += 1) {
    if (!wanted.every(({ trimmed }, index) => trimmed === lines[first + index]?.trimmed)) continue;
    const found = lines.slice(first, first + wanted.length);
    const match = replacementOf(text, { wanted, found, replace: find.endsWith("\n") ? replace : `${replace}\n` });
    if (match) matches.push(match);
    else unclear += 1;
  }
  return { matches, unclear };
}

interface LenientMatch {
  readonly wanted: readonly Line[];
  readonly found: readonly Line[];
  /** Ends in a line end, unless the lines are to go. */
  readonly replace: string;
}

function replacementOf(text: string, { wanted, found, replace }: LenientMatch): Replacement | undefined {
  const [start, last] = [found[0]?.start ?? 0, found.at(-1)?.end ?? 0];
  if (replace === "") return { start, end: afterLineEnd(text, last), text: "" };
  const lines = replace.replace(/\r?\n$/, "").split("\n");
  const pairs = wanted.flatMap(({ trimmed, indent }, index) => (trimmed === "" ? [] : [{ wanted: indent, found: found[index]?.indent ?? "" }]));
  const written = splitLines(replace).flatMap(({ trimmed, indent }) => (trimmed === "" ? [] : [indent]));
  const indentation = indentationFrom(pairs, written, text);
  const indented = lines.map((line) => reindented(line, indentation));
  return indented.includes(undefined) ? undefined : { start, end: last, text: indented.join("\n") };
}

function reindented(line: string, indentation: (indent: string) => string | undefined): string | undefined {
  const text = line.trimStart();
  if (text === "") return line;
  const indent = indentation(line.slice(0, line.length - text.length));
  return indent === undefined ? undefined : indent + text;
}

function afterLineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

function splitLines(text: string): readonly Line[] {
  let start = 0;
  return linesOf(text).map((line) => {
    const content = line.replace(/\r?\n$/, "");
    const trimmed = content.trim();
    const at = start;
    start += line.length;
    return { start: at, end: at + content.length, indent: content.slice(0, content.length - content.trimStart().length), trimmed };
  });
}
