import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import type { Descriptor } from "@dad/protocol";
import type { ArtifactStore, PutOptions } from "./artifact-store.ts";
import { fileBlocks } from "./blocks.ts";
import { ArtifactFileError } from "./errors.ts";

export interface PutFileOptions extends PutOptions {
  /** A larger file is refused before it is read: one can claim any size without taking any space. Default: no limit. */
  readonly limitBytes?: number;
}

/**
 * Stores a file as it is on this machine. Only what is a regular file itself is read, so that no link decides what is
 * stored, no pipe keeps anybody waiting and no device does anything. The directories on the way may be links.
 *
 * Errors: `ARTIFACT_FILE_REFUSED` when it is something else, too large, cannot be read or changes meanwhile; then nothing
 * of it is stored. And what the store fails with.
 */
export async function putFile(store: Pick<ArtifactStore, "put">, path: string, options: PutFileOptions = {}): Promise<Descriptor> {
  const { limitBytes = Number.POSITIVE_INFINITY, ...put } = options;
  put.signal?.throwIfAborted();
  const { file, stats } = await openRegularFile(path);
  try {
    if (stats.size > limitBytes) throw new ArtifactFileError(path, `it has ${stats.size} bytes, and at most ${limitBytes} are stored`);
    return await store.put(unchangedContent({ file, stats, path }, put.signal), put);
  } finally {
    await file.close();
  }
}

interface OpenedFile {
  readonly file: FileHandle;
  /** As it was when it was opened. */
  readonly stats: BigIntStats;
  readonly path: string;
}

// Windows has none of the two: there, nothing but the look at it before and after keeps a link out.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Looked at before it is opened: opening alone can wind a tape. And after it: it may have become another one. */
async function openRegularFile(path: string): Promise<Omit<OpenedFile, "path">> {
  const before = await reading(path, lstat(path, { bigint: true }));
  if (!before.isFile()) throw new ArtifactFileError(path, `it is ${kindOf(before)}, not a file`);
  const file = await reading(path, open(path, READ));
  try {
    const stats = await reading(path, file.stat({ bigint: true }));
    if (stats.dev !== before.dev || stats.ino !== before.ino) throw new ArtifactFileError(path, "it became another one while it was opened");
    return { file, stats };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* unchangedContent({ file, stats, path }: OpenedFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
  const source = { read: (...[buffer, ...range]: [Uint8Array, number, number, number]) => reading(path, file.read(buffer, ...range)) };
  let read = 0;
  for await (const block of fileBlocks(source, { size: Number(stats.size), signal, recycled: true })) {
    read += block.byteLength;
    if (read > stats.size) break;
    yield block;
  }
  const after = await reading(path, file.stat({ bigint: true }));
  // The time of the entry too: whoever sets that of the content back cannot set this one.
  if (BigInt(read) !== stats.size || after.mtimeNs !== stats.mtimeNs || after.ctimeNs !== stats.ctimeNs)
    throw new ArtifactFileError(path, "it changed while it was read");
}

async function reading<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw new ArtifactFileError(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return "a link";
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}
