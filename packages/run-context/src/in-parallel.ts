/** Does the same with each of many, at most `width` at a time. The results are in the order of the items. After a failure nothing more is begun. */
export async function inParallel<Item, Result>(
  width: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const rest = entriesOf(items);
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

/** A generator, unlike what an array gives, is at its end for everybody once a loop over it failed. */
function* entriesOf<Item>(items: readonly Item[]): Generator<[number, Item], void> {
  yield* items.entries();
}
