/** Tells where one of many needles begins in a text, from the left to the right. */
export type NeedleSearch = (text: string, onFound: (at: number, needle: number) => void) => void;

/** What is looked at together. */
const BLOCK = 3;
const MOST_SKIPPED = 255;
const [LEAST_BITS, MOST_BITS] = [10, 18];

/**
 * Looks for all needles at once, and at three characters out of many: those at the end of a window say how far the window can move on, as
 * no needle has them that near its end (Wu and Manber, A fast algorithm for multi-pattern searching, 1994). Needles have three characters
 * at least.
 */
export function needleSearch(needles: readonly string[]): NeedleSearch {
  if (needles.length === 0) return () => {};
  const width = needles.reduce((least, { length }) => Math.min(least, length), MOST_SKIPPED);
  const bits = Math.ceil(Math.log2(needles.length * width * 4));
  const mask = (1 << Math.min(MOST_BITS, Math.max(LEAST_BITS, bits))) - 1;
  const skips = new Uint8Array(mask + 1).fill(width - BLOCK + 1);
  const ending = new Map<number, number[]>();
  for (const [index, needle] of needles.entries()) {
    for (let at = BLOCK - 1; at < width; at += 1) {
      const block = blockAt(needle, at) & mask;
      skips[block] = Math.min(skips[block] ?? 0, width - 1 - at);
    }
    const last = blockAt(needle, width - 1) & mask;
    ending.set(last, [...(ending.get(last) ?? []), index]);
  }

  return (text, onFound) => {
    for (let at = width - 1; at < text.length;) {
      const block = blockAt(text, at) & mask;
      const skip = skips[block] ?? 0;
      if (skip > 0) {
        at += skip;
        continue;
      }
      const start = at - width + 1;
      for (const index of ending.get(block) ?? []) if (text.startsWith(needles[index] ?? "", start)) onFound(start, index);
      at += 1;
    }
  };
}

function blockAt(text: string, at: number): number {
  return (text.charCodeAt(at - 2) << 10) ^ (text.charCodeAt(at - 1) << 5) ^ text.charCodeAt(at);
}
