import { confinedDirectory, ForeignFileRefusal } from "@dad/disk";

const LIMITS = { entries: 5_000_000, bytes: Number.MAX_SAFE_INTEGER, depth: 500 };

/** The bytes of all files in a tree that hostile code writes in, as they are told. What is made so that it cannot be measured is without end. */
export async function treeSize(root: string, signal?: AbortSignal): Promise<number> {
  const failure = (_doing: string, _path: string, cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
  const seen = new Set<string>();
  let size = 0;
  try {
    for await (const entry of confinedDirectory({ root, failure }).walk({ limits: LIMITS, signal })) {
      if (entry.kind !== "file" || (entry.nlink > 1 && seen.has(entry.id))) continue;
      if (entry.nlink > 1) seen.add(entry.id);
      size += entry.size;
    }
  } catch (error) {
    if (error instanceof ForeignFileRefusal) return Number.POSITIVE_INFINITY;
    throw error;
  }
  return size;
}
