import type { DiffHunk, DiffLine } from "./parse-patch.ts";

/** A row of a diff: a line, with the part of it that is not in its counterpart, or what is left out between two hunks. */
export type DiffRow =
  | { readonly kind: "line"; readonly line: DiffLine; readonly changed?: readonly [start: number, end: number] }
  | { readonly kind: "gap"; readonly lines: number | undefined; readonly section: string };

/** All hunks, one row after the other. */
export function diffRows(hunks: readonly DiffHunk[]): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let next = 1;
  for (const hunk of hunks) {
    // A hunk of which one side is empty begins after the line that it names.
    const skipped = Math.max(0, hunk.before - next);
    if (skipped > 0 || hunk.section !== "") rows.push({ kind: "gap", lines: skipped, section: hunk.section });
    // A hunk may have more lines than a call can have arguments.
    for (const row of hunkRows(hunk.lines)) rows.push(row);
    next = hunk.lines.reduce((last, { before }) => (before === undefined ? last : before + 1), hunk.before);
  }
  return rows;
}

function hunkRows(lines: readonly DiffLine[]): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  for (let start = 0; start < lines.length;) {
    const removed = runOf(lines, start, "removed");
    const added = runOf(lines, start + removed, "added");
    const count = removed + added;
    // Where as many lines went as came, each is taken for a change of the other.
    const pairs = removed === added ? removed : 0;
    for (let index = 0; index < Math.max(count, 1); index += 1) {
      const line = lines[start + index];
      const other = pairs === 0 ? undefined : lines[start + ((index + pairs) % count)];
      if (line) rows.push({ kind: "line", line, ...(other ? changedPart(line.text, other.text) : {}) });
    }
    start += Math.max(count, 1);
  }
  return rows;
}

function runOf(lines: readonly DiffLine[], start: number, kind: DiffLine["kind"]): number {
  let end = start;
  while (lines[end]?.kind === kind) end += 1;
  return end - start;
}

const LONGEST_COMPARED = 2000;

/** What stands between what two lines begin and end with; nothing where they have little in common. */
function changedPart(text: string, other: string): { readonly changed?: readonly [start: number, end: number] } {
  if (text.length > LONGEST_COMPARED || other.length > LONGEST_COMPARED) return {};
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) start += 1;
  let tail = 0;
  while (tail < most - start && text.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const common = text.slice(0, start).trim().length + text.slice(text.length - tail).trim().length;
  return common * 3 < Math.max(text.length, other.length) || start + tail === text.length ? {} : { changed: [start, text.length - tail] };
}
