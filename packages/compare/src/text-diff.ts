import type { TextDiff } from "@dad/protocol";
import { formatPatch, OMIT_HEADERS, structuredPatch, type StructuredPatchHunk } from "diff";

const CONTEXT_LINES = 3;
/** Beyond so many changed lines, or so long a text, the shortest difference takes too long to find. */
const MOST_EDITS = 1000;
const LARGEST_COMPARED = 1_048_576;

/** How two texts differ, line by line, in time that is bounded: the shortest difference, or all between the first and the last changed line. */
export function textDiff(before: string, after: string): TextDiff | undefined {
  if (before === after) return undefined;
  const hunks = shortestHunks(before, after) ?? [wholeHunk(linesOf(before), linesOf(after))];
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const countOf = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: countOf("+"), removed: countOf("-"), unified: unifiedOf(hunks) };
}

function shortestHunks(before: string, after: string): StructuredPatchHunk[] | undefined {
  if (Math.max(before.length, after.length) > LARGEST_COMPARED) return undefined;
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS };
  return structuredPatch("", "", before, after, undefined, undefined, options)?.hunks;
}

/** Everything from the first line that differs to the last. */
function wholeHunk(before: readonly string[], after: readonly string[]): StructuredPatchHunk {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) sameAtEnd += 1;
  const removed = before.slice(same, before.length - sameAtEnd);
  const added = after.slice(same, after.length - sameAtEnd);
  const lines = [...signed("-", removed), ...signed("+", added)];
  return { oldStart: same + 1, oldLines: removed.length, newStart: same + 1, newLines: added.length, lines };
}

function signed(sign: string, lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => (line.endsWith("\n") ? [sign + line.slice(0, -1)] : [sign + line, "\\ No newline at end of file"]));
}

/** With their ends. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Without the lines that name files: there are none. */
function unifiedOf(hunks: StructuredPatchHunk[]): string {
  return formatPatch({ oldFileName: "", newFileName: "", oldHeader: undefined, newHeader: undefined, hunks }, OMIT_HEADERS);
}
