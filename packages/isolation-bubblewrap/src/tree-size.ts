import { confinedDirectory, type ConfinedStats, ForeignFileRefusal } from "@dad/disk";

const LIMITS = { entries: 5_000_000, bytes: Number.MAX_SAFE_INTEGER, depth: 500 };

export interface TreeSizeOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Of the upper half of an overlay, when it was given to the user of the sandbox, in nanoseconds. What is older counts nothing, and of
   * the rest what is on the disk: it may only have another mode there.
   */
  readonly givenNs?: bigint | undefined;
}

/**
 * The bytes of all that is in a tree that hostile code writes in: as they are told, holes included, or as the disk has them where that is
 * more, as of many small files, of what was reserved, and of directories. What is made so that it cannot be measured is without end.
 */
export async function treeSize(root: string, { signal, givenNs }: TreeSizeOptions = {}): Promise<number> {
  const failure = (_doing: string, _path: string, cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
  const seen = new Set<string>();
  let size = 0;
  try {
    for await (const entry of confinedDirectory({ root, failure }).walk({ limits: LIMITS, signal })) {
      if (entry.kind !== "directory" && entry.nlink > 1) {
        if (seen.has(entry.id)) continue;
        seen.add(entry.id);
      }
      size += givenNs === undefined ? sizeOf(entry) : sizeSince(givenNs, entry);
    }
  } catch (error) {
    if (error instanceof ForeignFileRefusal) return Number.POSITIVE_INFINITY;
    throw error;
  }
  return size;
}

function sizeOf({ kind, size, allocated }: ConfinedStats): number {
  return kind === "file" ? Math.max(size, allocated) : allocated;
}

function sizeSince(givenNs: bigint, { changedNs, allocated }: ConfinedStats): number {
  return changedNs < givenNs ? 0 : allocated;
}
