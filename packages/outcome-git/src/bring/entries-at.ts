import type { ConfinedContent, ConfinedDirectory } from "@dad/disk";
import { SMALL_BYTES } from "../tree/capture.ts";
import { type CapturedEntry, LINK_MODE, modeOf } from "../tree/captured-entry.ts";
import { blobHash, blobId } from "../git/fast-import.ts";
import { bytesOf } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

export interface EntriesOptions {
  /** By which the ids are made. */
  readonly algorithm: string;
  readonly signal: AbortSignal | undefined;
}

/** What a tree would have at these paths if it were made of what is there now. `undefined` for what is no file and no link. */
export async function entriesAt(
  files: ConfinedDirectory,
  paths: readonly string[],
  options: EntriesOptions,
): Promise<ReadonlyMap<string, CapturedEntry>> {
  const entries = new Map<string, CapturedEntry>();
  let at = 0;
  for await (const content of files.readAll(paths.map(bytesOf), { limitBytes: SMALL_BYTES, signal: options.signal })) {
    const path = paths[at++] ?? "";
    entries.set(path, await entryOf(files, path, { ...options, ...content }));
  }
  return entries;
}

async function entryOf(
  files: ConfinedDirectory,
  path: string,
  { stats, content, ...options }: EntriesOptions & ConfinedContent,
): Promise<CapturedEntry> {
  const { algorithm } = options;
  if (stats?.target) return { mode: LINK_MODE, object: blobId(stats.target, algorithm) };
  if (stats?.kind !== "file") return undefined;
  return content ? { mode: modeOf(stats.mode), object: blobId(content, algorithm) } : largeEntry(files, path, options);
}

async function largeEntry(files: ConfinedDirectory, path: string, { algorithm, signal }: EntriesOptions): Promise<CapturedEntry> {
  const opened = await ifReached(files.open(bytesOf(path), { signal }));
  if (!opened) return undefined;
  await using file = opened;
  const hash = blobHash(algorithm, file.stats.size);
  // With more or fewer bytes by now it has an id of nothing.
  for await (const piece of file.pieces({ limitBytes: Infinity, signal })) hash.update(piece);
  return { mode: modeOf(file.stats.mode), object: hash.digest("hex") };
}
