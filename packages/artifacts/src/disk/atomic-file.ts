import { createHash } from "node:crypto";
import { type DiskFile, type DiskFs, SYNC } from "@dad/disk";
import { type Digest, digestOfHex } from "@dad/protocol";
import { awaitedLater } from "../blocks.ts";
import { onDisk, sync } from "./storage.ts";

/** What was written, known only when it all was. */
export interface Written {
  readonly digest: Digest;
  readonly size: number;
}

export interface AtomicFile {
  /** Where it is written: a name that is free, on the file system of the destination. A killed process may leave it there. */
  readonly draft: string;
  /** Each may be used until the second one after it is asked for. */
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** The bytes are on the disk before the file has its name. Without it a power loss may leave an empty file. */
  readonly durable: boolean;
  readonly signal: AbortSignal | undefined;
  /** Where the file goes; `undefined` when it is not wanted after all. */
  readonly destination: (written: Written) => Promise<string | undefined> | string | undefined;
}

/** For everybody to read and for nobody to write, less what this process keeps from others. Whoever made it may still fill it. */
const READ_ONLY = 0o444;

/**
 * Writes a read-only file whole or not at all: its name shows up only once all its bytes are there. That
 * the name of a durable file is durable too takes a `syncDirectory` after it.
 */
export async function writeAtomically(fs: DiskFs, file: AtomicFile): Promise<Written> {
  const { draft } = file;
  const handle = await onDisk("create", draft, fs.open(draft, "wx", READ_ONLY));
  try {
    const { written, destination } = await closing(handle, draft, () => fill(handle, file));
    if (destination === undefined) await onDisk("remove", draft, fs.unlink(draft));
    else await onDisk("replace", destination, fs.rename(draft, destination));
    return written;
  } catch (error) {
    // Why it failed says more than that the remains could not be removed either.
    await fs.unlink(draft).catch(() => undefined);
    throw error;
  }
}

/** A file is closed in any case, and one that was written is not whole when it cannot be. */
async function closing<T>(file: DiskFile, path: string, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await onDisk("close", path, file.close());
  return result;
}

async function fill(
  file: DiskFile,
  { draft, blocks, durable, signal, destination }: AtomicFile,
): Promise<{ written: Written; destination: string | undefined }> {
  const written = await copy(blocks, { file, path: draft, durable, signal });
  const place = await destination(written);
  if (place !== undefined && durable) await sync(file, draft);
  return { written, destination: place };
}

interface CopyTarget {
  readonly file: DiskFile;
  readonly path: string;
  readonly durable: boolean;
  readonly signal: AbortSignal | undefined;
}

/** How much is given to the disk at once while there is more to come, so that it has something to do, and little in the end. */
const FLUSH_BYTES = 16 * 1024 * 1024;

/** What is hashed is what is written, whatever becomes of the body meanwhile. A block is hashed while the one before is written. */
async function copy(blocks: AtomicFile["blocks"], { file, path, durable, signal }: CopyTarget): Promise<Written> {
  const hash = createHash("sha256");
  let [size, flushed] = [0, 0];
  let [writing, flushing] = [Promise.resolve(), Promise.resolve()];
  try {
    for await (const block of blocks) {
      signal?.throwIfAborted();
      hash.update(block);
      await writing;
      writing = awaitedLater(writeAll(file, path, block));
      size += block.byteLength;
      if (!durable || size - flushed < FLUSH_BYTES) continue;
      await flushing;
      flushing = awaitedLater(onDisk(SYNC, path, file.datasync()));
      flushed = size;
    }
    await writing;
    await flushing;
  } finally {
    // What goes on must not find the file closed, or its number used again.
    await Promise.allSettled([writing, flushing]);
  }
  return { digest: digestOfHex(hash.digest("hex")), size };
}

async function writeAll(file: DiskFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await onDisk("write", path, file.write(bytes, done, bytes.byteLength - done));
    done += bytesWritten;
  }
}
