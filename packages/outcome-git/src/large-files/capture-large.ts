import type { ConfinedFile } from "@dad/disk";
import { printPointer, type SecretPlace } from "@dad/outcome";
import type { PointerWriting } from "./capture-pointer.ts";
import { type CaptureRules, DEFAULT_FILE_BYTES } from "../tree/capture-rules.ts";
import { isContent, keepLargeFile } from "./keep-large-file.ts";
import { isSameFile, type LargeFiles } from "./kept-files.ts";
import { type PointerEntry, pointerOf } from "./large-files.ts";
import type { SecretFinder } from "../secrets/secret-places.ts";
import { bytesOf } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

/** Files of more bytes are large. */
const DEFAULT_LARGE_BYTES = 10 * 2 ** 20;

/** A commit that is being written, with large files. */
export interface LargeWriting extends PointerWriting {
  readonly rules: CaptureRules;
  readonly kept: LargeFiles["kept"];
  readonly secrets: SecretFinder | undefined;
  readonly places: SecretPlace[];
  readonly signal: AbortSignal | undefined;
}

/** Files up to this size are not large. */
export function largeBytes({ large }: CaptureRules): number {
  return large ? (large.bytes ?? DEFAULT_LARGE_BYTES) : Infinity;
}

/**
 * Stores a large file and puts a pointer into the commit. What is not committed is no large file, as nobody would know that its content
 * is needed, unless it is what a pointer says already.
 *
 * @returns false for what is no large file.
 */
export async function captureLarge(writing: LargeWriting, path: string, file: ConfinedFile): Promise<boolean> {
  const { rules, files, pointers, unchanged, signal } = writing;
  const pointer = pointerOf(path);
  const before = pointers.get(path);
  if (pointer === undefined || (await ifReached(files.stat(bytesOf(pointer))))?.kind === "directory") return false;
  if (!rules.large || writing.links === "all") {
    if (!before || !(await isContent(file, before.content, signal))) return false;
    unchanged.add(path);
    return true;
  }
  if (file.stats.size <= largeBytes(rules)) return false;
  const stored = await storeLarge(writing, path, { file, store: rules.large.store });
  if (!stored) return true;
  if (stored.object === before?.object) unchanged.add(path);
  else await putPointer(writing, { path, pointer }, stored);
  return true;
}

async function putPointer(
  { writer, entries, changed }: LargeWriting,
  { path, pointer }: { readonly path: string; readonly pointer: string },
  entry: PointerEntry,
): Promise<void> {
  await writer.remove(path);
  entries.set(path, undefined);
  entries.set(pointer, { mode: "100644", object: await writer.put(pointer, "100644", Buffer.from(printPointer(entry.content))) });
  changed.set(path, entry);
}

interface StoredFile {
  readonly file: ConfinedFile;
  readonly store: NonNullable<CaptureRules["large"]>["store"];
}

/** `undefined` when there are secrets in it. */
async function storeLarge(writing: LargeWriting, path: string, { file, store }: StoredFile): Promise<PointerEntry | undefined> {
  const { rules, algorithm, kept, places, signal } = writing;
  const known = kept.get(path);
  if (known && isSameFile(known.stats, file.stats)) return known.pointer;
  kept.delete(path);
  const search = writing.secrets?.search(bytesOf(path));
  const stored = await keepLargeFile(file, { store, limitBytes: rules.fileBytes ?? DEFAULT_FILE_BYTES, algorithm, search, signal });
  if (stored?.known) kept.set(path, stored.known);
  places.push(...(search?.places ?? []));
  return stored?.pointer;
}
