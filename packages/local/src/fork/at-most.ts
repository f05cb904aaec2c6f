export interface AtMostOptions {
  /** How many are worked on at a time. */
  readonly limit: number;
  /** Asked before each: from the first `true` on, no further one is begun. */
  readonly isOver: () => boolean;
}

/**
 * Does some work for each item, in the order of the items. Resolves when all that was begun is done. After a failure no further
 * item is begun, and the first failure is thrown once nothing goes on any more.
 */
export async function atMost<Item>(items: readonly Item[], { limit, isOver }: AtMostOptions, work: (item: Item) => Promise<void>): Promise<void> {
  // One iterator for all: each takes the next item when it has done one.
  const left = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (failed || isOver()) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const ended of workers) if (ended.status === "rejected") throw ended.reason;
}
