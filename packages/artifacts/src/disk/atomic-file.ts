import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DiskFile, DiskFs } from "@dad/disk";
import { type Digest, digestOfHex } from "@dad/protocol";
import { onDisk, sync } from "./storage.ts";

/** What was written, known only when it all was. */
export interface Written {
  readonly digest: Digest;
  readonly size: number;
}

export interface AtomicFile {
  /** Exists, and is the one of the destination: a rename is atomic only within a file system. */
  readonly directory: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The bytes are on the disk before the file has its name. Without it a power loss may leave an empty file. */
  readonly durable: boolean;
  /** Where the file goes; `undefined` when it is not wanted after all. */
  readonly destination: (written: Written) => Promise<string | undefined> | string | undefined;
}

/** Begins the name of every file that is not whole yet. A killed process may leave such a file; nobody reads it. */
const UNFINISHED = ".dad_tmp_";

/**
 * Writes a read-only file whole or not at all: its name shows up only once all its bytes are there. That
 * the name of a durable file is durable too takes a `syncDirectory` after it.
 */
export async function writeAtomically(fs: DiskFs, file: AtomicFile): Promise<Written> {
  const path = join(file.directory, `${UNFINISHED}${randomUUID()}`);
  try {
    const { written, destination } = await fill(fs, path, file);
    if (destination === undefined) await onDisk("remove", path, fs.unlink(path));
    else await onDisk("replace", destination, fs.rename(path, destination));
    return written;
  } catch (error) {
    // Why it failed says more than that the remains could not be removed either.
    await fs.unlink(path).catch(() => undefined);
    throw error;
  }
}

async function fill(
  fs: DiskFs,
  path: string,
  { chunks, durable, destination }: AtomicFile,
): Promise<{ written: Written; destination: string | undefined }> {
  const file = await onDisk("create", path, fs.open(path, "wx", 0o600));
  try {
    const written = await copy(chunks, file, path);
    const place = await destination(written);
    if (place !== undefined) {
      await onDisk("protect", path, file.chmod(0o444));
      if (durable) await sync(file, path);
    }
    return { written, destination: place };
  } finally {
    await file.close();
  }
}

async function copy(chunks: AsyncIterable<Uint8Array>, file: DiskFile, path: string): Promise<Written> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    await writeAll(file, path, chunk);
    size += chunk.byteLength;
  }
  return { digest: digestOfHex(hash.digest("hex")), size };
}

async function writeAll(file: DiskFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await onDisk("write", path, file.write(bytes, done, bytes.byteLength - done));
    done += bytesWritten;
  }
}
