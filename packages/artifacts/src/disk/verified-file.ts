import { createHash } from "node:crypto";
import type { DiskFile, DiskFs } from "@dad/disk";
import { type Digest, digestOfHex } from "@dad/protocol";
import { ArtifactIntegrityError, ArtifactMissingError } from "../errors.ts";
import { ifPresent, onDisk } from "./storage.ts";

export interface VerifiedFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * The content of a file in pieces; ends with an error when it is not what it is called. Nothing is
 * opened before the first piece is asked for, so there is nothing to close when nobody reads it.
 */
export function verifiedFile(fs: DiskFs, file: VerifiedFile): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      file.signal?.throwIfAborted();
      const handle = await ifPresent("open", file.path, fs.open(file.path, "r"));
      if (handle === undefined) throw new ArtifactMissingError(file.digest);
      try {
        yield* verifiedChunks(handle, file);
      } finally {
        await handle.close();
      }
    },
  };
}

async function* verifiedChunks(handle: DiskFile, { path, digest, size, signal }: VerifiedFile): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  let read = 0;
  for (;;) {
    // One byte more than there should be, to see a file that has grown.
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - read + 1));
    const { bytesRead } = await onDisk("read", path, handle.read(buffer, 0, buffer.byteLength, read));
    signal?.throwIfAborted();
    read += bytesRead;
    if (bytesRead === 0 || read > size) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    yield chunk;
    signal?.throwIfAborted();
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
