/**
 * Letters for things: the same letters for the same keys, `A` for the first, `Z` and then `AA`. What has no key belongs to no group.
 */
export function equalGroups(keys: readonly (string | undefined)[]): readonly (string | undefined)[] {
  const letters = new Map<string, string>();
  return keys.map((key) => {
    if (key === undefined) return undefined;
    const known = letters.get(key) ?? lettersOf(letters.size);
    letters.set(key, known);
    return known;
  });
}

const ALPHABET = 26;

function lettersOf(place: number): string {
  const last = String.fromCodePoint(65 + (place % ALPHABET));
  return place < ALPHABET ? last : lettersOf(Math.floor(place / ALPHABET) - 1) + last;
}
