import { createHash } from "node:crypto";
import { constants } from "node:fs";
import type { ConfinedFile } from "@dad/disk";
import { type LargeFileContent, type LargeFileStore, printPointer } from "@dad/outcome";
import { blobId } from "../git/fast-import.ts";
import { afterTick, type KeptFile } from "./kept-files.ts";
import type { PointerEntry } from "./large-files.ts";
import type { SecretSearch } from "../secrets/secret-places.ts";

/** One for all: the pointer to a content is always the same. */
const MEDIA_TYPE = "application/octet-stream";

export interface KeepOptions {
  readonly store: LargeFileStore;
  /** A file that grows beyond that is not stored. */
  readonly limitBytes: number;
  /** By which ids in trees are made. */
  readonly algorithm: string;
  readonly search: SecretSearch | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface Kept {
  readonly pointer: PointerEntry;
  /** `undefined` when nobody could tell whether the file has changed since. */
  readonly known: KeptFile | undefined;
}

/** Stores what an open file holds, as it is read. @returns what points to it; `undefined` when a secret is in it, and nothing was stored. */
export async function keepLargeFile(file: ConfinedFile, options: KeepOptions): Promise<Kept | undefined> {
  const { store, search, algorithm, signal } = options;
  const isPast = (await file.settle()) && (await afterTick(file.stats, signal));
  const body = unlessSecret(file.pieces({ limitBytes: options.limitBytes, signal }), search);
  const stored = await store.put(body, { mediaType: MEDIA_TYPE, ...(signal ? { signal } : {}) }).catch((error: unknown) => {
    if (search && search.places.length > 0) return undefined;
    throw error;
  });
  if (!stored) return undefined;
  const { digest, size } = stored;
  const content = { mediaType: MEDIA_TYPE, digest, size, executable: isExecutable(file) };
  const pointer = { object: blobId(Buffer.from(printPointer(content)), algorithm), content };
  // Whoever changes it from then on gives it another time.
  return { pointer, known: isPast ? { pointer, stats: file.stats } : undefined };
}

/** Fails at the end, so that all places are known. */
async function* unlessSecret(pieces: AsyncIterable<Uint8Array>, search: SecretSearch | undefined): AsyncGenerator<Uint8Array, void> {
  for await (const piece of pieces) {
    search?.push(piece);
    yield piece;
  }
  if (search && search.places.length > 0) throw new Error("there is a secret in it");
}

/** Whether an open file is what a pointer says, so that nothing need be stored. */
export async function isContent(file: ConfinedFile, content: LargeFileContent, signal: AbortSignal | undefined): Promise<boolean> {
  return isExecutable(file) === content.executable && file.stats.size === content.size && (await digestOf(file, signal)) === content.digest;
}

export async function digestOf(file: ConfinedFile, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of file.pieces({ limitBytes: Infinity, signal })) hash.update(piece);
  return `sha256:${hash.digest("hex")}`;
}

function isExecutable({ stats }: ConfinedFile): boolean {
  return (stats.mode & constants.S_IXUSR) !== 0;
}
