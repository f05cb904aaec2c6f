import type { OperationResult } from "./operation-result.ts";

/** Characters of differences in the result of one operation, and of all. */
const MOST_OF_ONE = 4096;
const MOST_OF_ALL = 65_536;

/** The results, with no more of the differences than there is room for: whole lines, and a word on how many are missing. */
export function withRoom(results: readonly OperationResult[]): OperationResult[] {
  let room = MOST_OF_ALL;
  return results.map((result) => {
    if (result.diff === undefined) return result;
    const diff = shortened(result.diff, Math.min(MOST_OF_ONE, room));
    room = Math.max(0, room - diff.length);
    return { ...result, diff };
  });
}

function shortened(diff: string, most: number): string {
  if (diff.length <= most) return diff;
  const shown = diff.slice(0, diff.lastIndexOf("\n", most - 1) + 1);
  const missing = diff.slice(shown.length).replace(/\n$/, "").split("\n").length;
  return `${shown}… ${missing} more ${missing === 1 ? "line" : "lines"}\n`;
}
