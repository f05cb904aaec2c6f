/** Numbers that look like chance and are the same for the same seed (mulberry32). */
export interface Chance {
  /** From 0 to 1, without it. */
  next(): number;
  /** A whole number, with both ends. */
  between(least: number, most: number): number;
  of<T>(all: readonly T[]): T;
  hex(digits: number): string;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    of: <T>(all: readonly T[]): T => {
      const found = all[between(0, all.length - 1)];
      if (found === undefined) throw new TypeError("there is nothing to choose from");
      return found;
    },
    hex: (digits) => Array.from({ length: digits }, (_, at) => (at === 0 ? between(1, 9) : between(0, 15)).toString(16)).join(""),
  };
}
