import * as nodeFs from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DiskFs } from "@dad/disk";
import { Digest, hexOfDigest } from "@dad/protocol";
import type { ArtifactBody, ArtifactStore, PutOptions } from "../artifact-store.ts";
import { chunksOf } from "../body.ts";
import { checkedDigest } from "../checked.ts";
import { ArtifactIntegrityError, ArtifactStorageError } from "../errors.ts";
import { type Written, writeAtomically } from "./atomic-file.ts";
import { blobsDirectory, makeLayout } from "./oci-layout.ts";
import { ifPresent, isSyncFailure, syncDirectory } from "./storage.ts";
import { verifiedFile } from "./verified-file.ts";

export interface DiskArtifactStoreOptions {
  /** The directory of the store. It is made when the first content is put. */
  readonly root: string;
  /** Default `node:fs/promises`. */
  readonly fs?: DiskFs;
}

/**
 * An {@link ArtifactStore} in a directory that is an OCI image layout: content lies in
 * `blobs/sha256/<hex>`, read-only, and gets its name only when it is whole and durable. Any number of
 * processes may use one directory. After a failed `fsync` the store takes no more content.
 *
 * Errors: `ARTIFACT_DAMAGED`, `ARTIFACT_STORAGE_FAILED`.
 */
export function diskArtifactStore(options: DiskArtifactStoreOptions): ArtifactStore {
  const fs: DiskFs = options.fs ?? nodeFs;
  const root = resolve(options.root);
  const directory = blobsDirectory(root);
  const write = oneFailureIsForGood(
    root,
    onceReady(
      () => makeLayout(fs, root),
      (body, signal) => writeBlob(fs, directory, { body, signal }),
    ),
  );

  const store: ArtifactStore = {
    capabilities: { durable: true, shared: true },

    async put(body, { mediaType = "application/octet-stream", signal } = {}) {
      signal?.throwIfAborted();
      return { mediaType, ...(await write(body, signal)) };
    },

    async get(digest, abort = {}) {
      const size = await store.size(digest, abort);
      if (size === undefined) return undefined;
      return { digest, size, body: verifiedFile(fs, { path: blobPath(directory, digest), digest, size, signal: abort.signal }) };
    },

    async size(digest, { signal } = {}) {
      signal?.throwIfAborted();
      const path = blobPath(directory, checkedDigest(digest));
      const entry = await ifPresent("look at", path, fs.lstat(path));
      if (entry && !entry.isFile()) throw new ArtifactIntegrityError(digest, { reason: "what is stored under its name is not a regular file" });
      return entry?.size;
    },

    list: ({ signal } = {}) => listBlobs(fs, directory, signal),

    async delete(digest, { signal } = {}) {
      signal?.throwIfAborted();
      const path = blobPath(directory, checkedDigest(digest));
      await ifPresent("delete", path, fs.unlink(path));
    },

    // Nothing is held between two calls.
    async [Symbol.asyncDispose]() {},
  };
  return store;
}

async function* listBlobs(fs: DiskFs, directory: string, signal?: AbortSignal): AsyncGenerator<Digest, void> {
  signal?.throwIfAborted();
  const entries = (await ifPresent("list", directory, fs.opendir(directory))) ?? [];
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const digest = Digest.safeParse(`sha256:${entry.name}`);
    if (digest.success && entry.isFile()) yield digest.data;
  }
}

type Write = (body: ArtifactBody, signal: PutOptions["signal"]) => Promise<Written>;

async function writeBlob(fs: DiskFs, directory: string, { body, signal }: { body: ArtifactBody; signal: PutOptions["signal"] }): Promise<Written> {
  const written = await writeAtomically(fs, {
    directory,
    chunks: chunksOf(body, signal),
    durable: true,
    async destination({ digest, size }) {
      signal?.throwIfAborted();
      const path = blobPath(directory, digest);
      const present = await ifPresent("look at", path, fs.lstat(path));
      return present?.isFile() && present.size === size ? undefined : path;
    },
  });
  // Also for content that was there: whoever put it may not have come this far yet.
  await syncDirectory(fs, directory);
  return written;
}

function blobPath(directory: string, digest: Digest): string {
  return join(directory, hexOfDigest(digest));
}

function onceReady(prepare: () => Promise<void>, write: Write): Write {
  let ready: Promise<void> | undefined;
  return async (body, signal) => {
    ready ??= prepare();
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
    return write(body, signal);
  };
}

function oneFailureIsForGood(root: string, write: Write): Write {
  let failure: unknown;
  return async (body, signal) => {
    if (failure !== undefined) throw new ArtifactStorageError("put more content into", root, failure);
    try {
      return await write(body, signal);
    } catch (error) {
      if (isSyncFailure(error)) failure = error;
      throw error;
    }
  };
}
