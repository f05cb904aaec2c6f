/** Finds where one of many needles begins in bytes. */
export type NeedleSearch = (bytes: Uint8Array, onFound: (at: number, needle: number) => void) => void;

const PAIRS = 65_536;
const MOST_SKIPPED = 255;

/**
 * Looks for all needles at once, and at one pair of bytes out of many: the pair at the end of a window says how far the window
 * can move on, as no needle has the pair that near its end (Wu and Manber, A fast algorithm for multi-pattern searching, 1994).
 * Needles have two bytes at least.
 */
export function needleSearch(needles: readonly Uint8Array[]): NeedleSearch {
  const width = Math.min(MOST_SKIPPED, ...needles.map((needle) => needle.length));
  const skips = new Uint8Array(PAIRS).fill(width - 1);
  const ending = new Map<number, number[]>();
  for (const [index, needle] of needles.entries()) {
    for (let at = 1; at < width; at += 1) {
      const pair = pairAt(needle, at);
      skips[pair] = Math.min(skips[pair] ?? 0, width - 1 - at);
    }
    const last = pairAt(needle, width - 1);
    ending.set(last, [...(ending.get(last) ?? []), index]);
  }

  return (bytes, onFound) => {
    for (let at = width - 1; at < bytes.length;) {
      const pair = pairAt(bytes, at);
      const skip = skips[pair] ?? 0;
      if (skip > 0) {
        at += skip;
        continue;
      }
      const start = at - width + 1;
      for (const index of ending.get(pair) ?? []) if (isAt(bytes, start, needles[index])) onFound(start, index);
      at += 1;
    }
  };
}

function pairAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
}

function isAt(bytes: Uint8Array, start: number, needle: Uint8Array = new Uint8Array()): boolean {
  if (start + needle.length > bytes.length) return false;
  return needle.every((byte, index) => bytes[start + index] === byte);
}
