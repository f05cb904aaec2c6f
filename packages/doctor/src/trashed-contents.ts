import type { Digest, TrashItem } from "@dad/protocol";
import type { Trash, TrashCan } from "./trash-can.ts";

interface Trashed {
  readonly trash: Trash;
  readonly item: TrashItem;
}

/** Puts content back that a collection took too much of, as one does that was killed half-way. */
export interface TrashedContents {
  /** False when it is in no trash, or when there is content in its place already. */
  restore(digest: Digest): Promise<boolean>;
  /** What was put back. */
  readonly restored: readonly Digest[];
  /** Whether there is any content in the trash. */
  isEmpty(): Promise<boolean>;
}

export function trashedContents(can: TrashCan | undefined): TrashedContents {
  let known: Promise<ReadonlyMap<string, Trashed>> | undefined;
  const contents = () => (known ??= findContents(can));
  const restored: Digest[] = [];
  return {
    restored,
    async restore(digest) {
      const found = (await contents()).get(digest);
      if (found === undefined || !(await found.trash.restore(found.item))) return false;
      restored.push(digest);
      return true;
    },
    isEmpty: async () => (await contents()).size === 0,
  };
}

async function findContents(can: TrashCan | undefined): Promise<ReadonlyMap<string, Trashed>> {
  const trashes = (await can?.list()) ?? [];
  return new Map(
    trashes.flatMap((trash) => trash.items.filter(({ kind }) => kind === "blob").map((item): [string, Trashed] => [item.what, { trash, item }])),
  );
}
