import { type StructuredPatchHunk, structuredPatch } from "diff";

const CONTEXT_LINES = 3;
/** Beyond so many changed lines, or so long a text, the shortest difference takes too long to find. */
const MOST_EDITS = 1000;
const LARGEST_COMPARED = 1_048_576;

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

export function linesIn(hunks: readonly StructuredPatchHunk[]): LineCounts {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return { added: countOf(lines, "+"), removed: countOf(lines, "-") };
}

function countOf(lines: readonly string[], sign: string): number {
  return lines.filter((line) => line.startsWith(sign)).length;
}

/** What changed, in time that is bounded: the shortest difference, or all between the first and the last changed line. */
export function hunksOf(before: string, after: string): StructuredPatchHunk[] {
  const isWhole = before === "" || after === "";
  if (!isWhole && Math.max(before.length, after.length) <= LARGEST_COMPARED) {
    const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS };
    const patch = structuredPatch("", "", before, after, undefined, undefined, options);
    if (patch) return patch.hunks;
  }
  return before === after ? [] : [wholeHunk(linesOf(before), linesOf(after))];
}

/** Everything from the first line that differs to the last. */
function wholeHunk(before: readonly string[], after: readonly string[]): StructuredPatchHunk {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && before[before.length - 1 - sameAtEnd] === after[after.length - 1 - sameAtEnd]) sameAtEnd += 1;
  const start = Math.max(0, same - CONTEXT_LINES);
  const [oldEnd, newEnd] = [before.length - sameAtEnd, after.length - sameAtEnd];
  const trailing = before.slice(oldEnd, oldEnd + CONTEXT_LINES);
  const [removed, added] = [before.slice(same, oldEnd), after.slice(same, newEnd)];
  const context = same - start + trailing.length;
  return {
    oldStart: start + 1,
    oldLines: context + removed.length,
    newStart: start + 1,
    newLines: context + added.length,
    lines: [...signed(" ", before.slice(start, same)), ...signed("-", removed), ...signed("+", added), ...signed(" ", trailing)],
  };
}

function signed(sign: string, lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => (line.endsWith("\n") ? [sign + line.slice(0, -1)] : [sign + line, "\\ No newline at end of file"]));
}

/** With their ends. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
