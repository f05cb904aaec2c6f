import { linesOf } from "./text-diff.ts";
import type { Edit, Replacement } from "./text-edit.ts";

interface Line {
  readonly start: number;
  /** Without the end of the line. */
  readonly end: number;
  readonly indent: string;
  readonly trimmed: string;
}

/** Where whole lines are those of `find` but for white space at their ends. What comes in their place is indented as they were. */
export function lenientMatches(text: string, { find, replace }: Edit): readonly Replacement[] {
  const [wanted, lines] = [splitLines(find), splitLines(text)];
  if (wanted.every(({ trimmed }) => trimmed === "")) return [];
  const matches: Replacement[] = [];
  for (let first = 0; first + wanted.length <= lines.length; first += 1) {
    const found = lines.slice(first, first + wanted.length);
    if (!found.every(({ trimmed }, index) => trimmed === wanted[index]?.trimmed)) continue;
    matches.push(replacementOf(text, { wanted, found, replace: find.endsWith("\n") ? replace : `${replace}\n` }));
  }
  return matches;
}

interface LenientMatch {
  readonly wanted: readonly Line[];
  readonly found: readonly Line[];
  /** Ends in a line end, unless the lines are to go. */
  readonly replace: string;
}

function replacementOf(text: string, { wanted, found, replace }: LenientMatch): Replacement {
  const [start, last] = [found[0]?.start ?? 0, found.at(-1)?.end ?? 0];
  if (replace === "") return { start, end: afterLineEnd(text, last), text: "" };
  const [from, to] = [indentOf(wanted), indentOf(found)];
  const lines = replace.replace(/\r?\n$/, "").split("\n");
  return { start, end: last, text: lines.map((line) => reindented(line, from, to)).join("\n") };
}

function afterLineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

/** That of the first line that has text. */
function indentOf(lines: readonly Line[]): string {
  return lines.find(({ trimmed }) => trimmed !== "")?.indent ?? "";
}

function reindented(line: string, from: string, to: string): string {
  if (line.trim() === "") return line;
  if (line.startsWith(from)) return to + line.slice(from.length);
  const text = line.trimStart();
  const less = from.length - (line.length - text.length);
  return to.slice(0, Math.max(0, to.length - Math.max(0, less))) + text;
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
