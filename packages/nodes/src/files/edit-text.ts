import { PlanProblem } from "./planned-tree.ts";

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

export interface Edit {
  readonly find: string;
  readonly replace: string;
}

/** The text with the edits made in order. @throws PlanProblem when one does not match exactly once. */
export function editText(text: string, edits: readonly Edit[]): { readonly text: string; readonly lines: LineCounts } {
  let lines: LineCounts = { added: 0, removed: 0 };
  for (const [index, edit] of edits.entries()) {
    const at = onlyMatch(text, edit.find, index);
    const end = at + edit.find.length;
    const { added, removed } = changedLines(wholeLines(text, at, end), wholeLines(text, at, end, edit.replace));
    lines = { added: lines.added + added, removed: lines.removed + removed };
    text = text.slice(0, at) + edit.replace + text.slice(end);
  }
  return { text, lines };
}

function onlyMatch(text: string, find: string, index: number): number {
  const first = text.indexOf(find);
  if (first === -1) {
    const hint = text.includes("\r\n") && !find.includes("\r\n") && find.includes("\n") ? "; the lines of the file end in CR LF" : "";
    throw new PlanProblem(`edits[${index}].find does not occur in the file${hint}`);
  }
  if (text.includes(find, first + 1)) throw new PlanProblem(`edits[${index}].find occurs more than once in the file: give more of what is around it`);
  return first;
}

/** The lines that a range touches, as they are, or with something else in the place of the range. */
function wholeLines(text: string, ...[start, end, replacement = text.slice(start, end)]: readonly [number, number, string?]): string {
  const lineStart = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  return text.slice(lineStart, start) + replacement + text.slice(end, lineEnd === -1 ? text.length : lineEnd);
}

/** How many lines differ between the first and the last that do. */
export function changedLines(before: string, after: string): LineCounts {
  const old = linesOf(before);
  const now = linesOf(after);
  const shorter = Math.min(old.length, now.length);
  let same = 0;
  while (same < shorter && old[same] === now[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && old[old.length - 1 - sameAtEnd] === now[now.length - 1 - sameAtEnd]) sameAtEnd += 1;
  return { added: now.length - same - sameAtEnd, removed: old.length - same - sameAtEnd };
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
