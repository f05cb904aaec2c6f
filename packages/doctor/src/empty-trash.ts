import type { TrashReport } from "@dad/protocol";
import { restoreNamed, turnOf } from "./collect-garbage.ts";
import { TrashUnknownError } from "./errors.ts";
import { markNamed } from "./mark-named.ts";
import type { SweptStore } from "./swept-store.ts";

/**
 * Deletes all that is in the trash, for ever. What a journal names is put back before.
 *
 * Errors: `GC_RUNNING`.
 */
export async function purgeTrash(store: SweptStore, { signal }: { readonly signal?: AbortSignal } = {}): Promise<TrashReport> {
  await using _turn = await turnOf(store);
  await restoreNamed(store, await markNamed(store, { signal }));
  const items: TrashReport["items"] = [];
  for (const trash of await store.trash.list()) {
    signal?.throwIfAborted();
    await trash.purge();
    items.push(...trash.items.map(({ kind, what, bytes }) => ({ kind, what, bytes, became: "purged" as const })));
  }
  return { format: "dad.trash-report/1", items };
}

/**
 * Puts back what a collection took: the last one, or the one of an id.
 *
 * Errors: `GC_RUNNING`, `TRASH_UNKNOWN`.
 */
export async function undoCollection(store: SweptStore, id?: string): Promise<TrashReport> {
  await using _turn = await turnOf(store);
  const trashes = await store.trash.list();
  const trash = id === undefined ? trashes.findLast(({ items }) => items.length > 0) : trashes.find((each) => each.id === id);
  if (trash === undefined && id !== undefined)
    throw new TrashUnknownError(
      id,
      trashes.map((each) => each.id),
    );
  const items: TrashReport["items"] = [];
  for (const item of trash?.items ?? []) {
    const { kind, what, bytes } = item;
    items.push({ kind, what, bytes, became: (await trash?.restore(item)) ? "restored" : "left" });
  }
  return { format: "dad.trash-report/1", items };
}
