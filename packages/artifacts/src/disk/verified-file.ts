import { createHash } from "node:crypto";
import type { DiskFile, DiskFs } from "@dad/disk";
import { type Digest, digestOfHex } from "@dad/protocol";
import { fileBlocks } from "../blocks.ts";
import { ArtifactIntegrityError, ArtifactMissingError } from "../errors.ts";
import { ifPresent, onDisk } from "./storage.ts";

export interface VerifiedFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  /** As in `fileBlocks`: for a reader that keeps no piece. */
  readonly recycled?: boolean;
}

/**
 * The content of a file in pieces; ends with an error when it is not what it is called. Nothing is
 * opened before the first piece is asked for, so there is nothing to close when nobody reads it.
 */
export function verifiedFile(fs: Pick<DiskFs, "open">, file: VerifiedFile): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      file.signal?.throwIfAborted();
      const handle = await ifPresent("open", file.path, fs.open(file.path, "r"));
      if (handle === undefined) throw new ArtifactMissingError(file.digest);
      try {
        yield* verifiedBlocks(handle, file);
      } finally {
        await handle.close();
      }
    },
  };
}

/** Reads a file to its end, only to see whether it is what it is called. */
export async function verify(fs: Pick<DiskFs, "open">, file: VerifiedFile): Promise<void> {
  for await (const _block of verifiedFile(fs, { ...file, recycled: true }));
}

async function* verifiedBlocks(handle: DiskFile, { path, digest, size, signal, recycled = false }: VerifiedFile): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  let read = 0;
  const file: Pick<DiskFile, "read"> = { read: (...range) => onDisk("read", path, handle.read(...range)) };
  for await (const block of fileBlocks(file, { size, signal, recycled })) {
    read += block.byteLength;
    if (read > size) break;
    hash.update(block);
    yield block;
  }
  if (read !== size)
    throw new ArtifactIntegrityError(digest, {
      reason: `its size changed while it was read, from ${size} bytes`,
      expectedSize: size,
      foundSize: read,
    });
  const found = digestOfHex(hash.digest("hex"));
  if (found !== digest) throw new ArtifactIntegrityError(digest, { reason: `its content has the digest ${found}`, foundDigest: found });
}
