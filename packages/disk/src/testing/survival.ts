import type { ContentChange } from "./file-content.ts";

/**
 * What survives of that which was not made durable. A seed decides for each change on its own, the same way each time: kept,
 * lost or, where bytes were written, a part of them.
 */
export type Survival = "nothing" | "everything" | { readonly seed: number };

/** Decides for one change after another. */
export interface Fate {
  keepsName(): boolean;
  /** What is left of a change of a content. */
  ofContent(change: ContentChange): readonly ContentChange[];
}

export function fateOf(survival: Survival): Fate {
  if (survival === "nothing") return { keepsName: () => false, ofContent: () => [] };
  if (survival === "everything") return { keepsName: () => true, ofContent: (change) => [change] };
  const random = randomNumbers(survival.seed);
  // Some losses are of nearly all and some of nearly nothing: a half of everything each time would never be either.
  const rate = random();
  const keeps = () => random() < rate;
  return {
    keepsName: keeps,
    ofContent: (change) => (keeps() ? [change] : change.kind === "write" ? partOf(change, random) : []),
  };
}

/** Nothing at all, or a beginning of the bytes, or the length without the bytes: then there are zeros. */
function partOf({ bytes, at, mtimeMs }: ContentChange & { readonly kind: "write" }, random: () => number): readonly ContentChange[] {
  const beginning: ContentChange = { kind: "write", at, bytes: bytes.subarray(0, Math.floor(random() * bytes.length)), mtimeMs };
  const length: ContentChange = { kind: "lengthen", length: at + bytes.length, mtimeMs };
  const parts = [[], [beginning], [length], [beginning, length]];
  return parts[Math.floor(random() * parts.length)] ?? [];
}

/** Numbers from 0 to below 1 that follow from the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  if (!Number.isSafeInteger(seed)) throw new TypeError(`a seed is a whole number, not ${seed}`);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
