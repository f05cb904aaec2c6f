import type { OutcomeFile } from "../outcome-repository.ts";
import { changesBetween, type Tree } from "./tree.ts";

const CONTEXT_LINES = 3;
/** Where git looks for a NUL, which no text has. */
const LOOKED_AT_BYTES = 8000;

/** What changed from one to the other, in the form of git. Of each file one piece: from the first line that differs to the last. */
export function patchBetween(before: Tree, after: Tree): string {
  return changesBetween(before, after)
    .map(({ path }) => filePatch(path, before.get(path), after.get(path)))
    .join("");
}

function filePatch(path: string, before: OutcomeFile | undefined, after: OutcomeFile | undefined): string {
  const [oldName, newName] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const header = `diff --git ${oldName} ${newName}\n${modeLines(before, after)}`;
  const [from, to] = [before ? oldName : "/dev/null", after ? newName : "/dev/null"];
  if (isBinary(before) || isBinary(after)) return sameBytes(before, after) ? header : `${header}Binary files ${from} and ${to} differ\n`;
  const hunk = hunkOf(linesOf(before), linesOf(after));
  return hunk === "" ? header : `${header}--- ${named(from)}\n+++ ${named(to)}\n${hunk}`;
}

function modeLines(before: OutcomeFile | undefined, after: OutcomeFile | undefined): string {
  if (!before) return `new file mode ${modeOf(after)}\n`;
  if (!after) return `deleted file mode ${modeOf(before)}\n`;
  return before.executable === after.executable ? "" : `old mode ${modeOf(before)}\nnew mode ${modeOf(after)}\n`;
}

function modeOf(file: OutcomeFile | undefined): string {
  return file?.executable ? "100755" : "100644";
}

/** As git writes a name that could be taken for something else. Paths of outcomes have no backslash and no line break. */
function quoted(name: string): string {
  return name.includes('"') ? `"${name.replaceAll('"', String.raw`\"`)}"` : name;
}

/** After a name with a space comes a tab, so that its end can be seen. */
function named(name: string): string {
  return name.includes(" ") ? `${name}\t` : name;
}

function isBinary(file: OutcomeFile | undefined): boolean {
  return file?.content.subarray(0, LOOKED_AT_BYTES).includes(0) ?? false;
}

function sameBytes(before: OutcomeFile | undefined, after: OutcomeFile | undefined): boolean {
  return before !== undefined && after !== undefined && Buffer.from(before.content).equals(after.content);
}

/** With their ends. */
function linesOf(file: OutcomeFile | undefined): readonly string[] {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file?.content);
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function hunkOf(before: readonly string[], after: readonly string[]): string {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  if (same === before.length && same === after.length) return "";
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) sameAtEnd += 1;
  const start = Math.max(0, same - CONTEXT_LINES);
  const [oldEnd, newEnd] = [before.length - sameAtEnd, after.length - sameAtEnd];
  const trailing = Math.min(sameAtEnd, CONTEXT_LINES);
  const ranges = `@@ -${range(start, oldEnd + trailing)} +${range(start, newEnd + trailing)} @@\n`;
  const lines = [
    ...signed(" ", before.slice(start, same)),
    ...signed("-", before.slice(same, oldEnd)),
    ...signed("+", after.slice(same, newEnd)),
    ...signed(" ", before.slice(oldEnd, oldEnd + trailing)),
  ];
  return ranges + lines.join("");
}

/** The first line and how many there are, when it is not one; of none, the line before. */
function range(start: number, end: number): string {
  const lines = end - start;
  if (lines === 1) return `${start + 1}`;
  return lines === 0 ? `${start},0` : `${start + 1},${lines}`;
}

function signed(sign: string, lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line.endsWith("\n") ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`));
}
