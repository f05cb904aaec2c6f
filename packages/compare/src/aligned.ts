/**
 * The keys of two runs in one order: that of `after`, and what only `before` has behind what comes before it there.
 */
export function alignedKeys(before: Iterable<string>, after: Iterable<string>): readonly string[] {
  const kept = [...after];
  const isKept = new Set(kept);
  const behind = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const key of before) {
    if (isKept.has(key)) last = key;
    else if (!behind.get(last)?.push(key)) behind.set(last, [key]);
  }
  return [...(behind.get(undefined) ?? []), ...kept.flatMap((key) => [key, ...(behind.get(key) ?? [])])];
}
