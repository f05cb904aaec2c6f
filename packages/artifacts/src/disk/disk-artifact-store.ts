import { resolve } from "node:path";
import { type DiskFs, kernelLocks, type Locks, nodeDisk } from "@dad/disk";
import { Digest, type Durability } from "@dad/protocol";
import type { ArtifactStore } from "../artifact-store.ts";
import { checkedDigest } from "../checked.ts";
import { ArtifactIntegrityError } from "../errors.ts";
import { blobWriter } from "./blob-writer.ts";
import { blobsDirectory, pathOfBlob } from "./oci-layout.ts";
import type { StorePlace } from "./staging.ts";
import { ifPresent } from "./storage.ts";
import { verifiedFile } from "./verified-file.ts";

/** A store on a disk: what writes to it, and what checks and mends it, name it in the same way. */
export interface DiskArtifactStorePlace {
  /** The directory of the store. It is made when the first content is put. */
  readonly root: string;
  /** Default: the disk of this machine. */
  readonly fs?: DiskFs;
  /** What tells a living writer from a dead one. Default: locks of the kernel. Another `fs` than a disk of this machine takes others. */
  readonly locks?: Locks;
}

export interface DiskArtifactStoreOptions extends DiskArtifactStorePlace {
  /** `relaxed` waits for no disk: a power loss may take, or tear, what was put last. Default `strict`. */
  readonly durability?: Exclude<Durability, "memory">;
}

/** An {@link ArtifactStore} whose content lies in files. */
export interface DiskArtifactStore extends ArtifactStore {
  /** Where a content lies when it is there, for what shares it instead of copying it. Nobody writes to it. */
  readonly blobPath: (digest: Digest) => string;
}

/**
 * An {@link ArtifactStore} in a directory that is an OCI image layout: content lies in
 * `blobs/sha256/<hex>`, read-only, and gets its name only when it is whole and durable. Any number of
 * processes may use one directory. Content that is there already is not written again; the time of its file says
 * when it was last put. After a failed `fsync` the store takes no more content.
 *
 * Errors: `ARTIFACT_DAMAGED`, `ARTIFACT_STORAGE_FAILED`.
 */
export function diskArtifactStore(options: DiskArtifactStoreOptions): DiskArtifactStore {
  const { durability = "strict" } = options;
  const place = storePlace(options);
  const { fs, root } = place;
  const writer = blobWriter(place, durability);

  const store: DiskArtifactStore = {
    capabilities: { durability, shared: true },

    async put(body, { mediaType = "application/octet-stream", signal } = {}) {
      signal?.throwIfAborted();
      return { mediaType, ...(await writer.write(body, signal)) };
    },

    async get(digest, abort = {}) {
      const size = await store.size(digest, abort);
      if (size === undefined) return undefined;
      return { digest, size, body: verifiedFile(fs, { path: pathOfBlob(root, digest), digest, size, signal: abort.signal }) };
    },

    async size(digest, { signal } = {}) {
      signal?.throwIfAborted();
      const path = pathOfBlob(root, checkedDigest(digest));
      const entry = await ifPresent("look at", path, fs.lstat(path));
      if (entry && !entry.isFile()) throw new ArtifactIntegrityError(digest, { reason: "what is stored under its name is not a regular file" });
      return entry?.size;
    },

    list: ({ signal } = {}) => listBlobs(place, signal),

    async delete(digest, { signal } = {}) {
      signal?.throwIfAborted();
      const path = pathOfBlob(root, checkedDigest(digest));
      await ifPresent("delete", path, fs.unlink(path));
    },

    blobPath: (digest) => pathOfBlob(root, checkedDigest(digest)),

    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
  return store;
}

export function storePlace({ root, fs = nodeDisk, locks = kernelLocks() }: DiskArtifactStorePlace): StorePlace {
  return { root: resolve(root), fs, locks };
}

async function* listBlobs({ fs, root }: StorePlace, signal?: AbortSignal): AsyncGenerator<Digest, void> {
  signal?.throwIfAborted();
  const directory = blobsDirectory(root);
  const entries = (await ifPresent("list", directory, fs.opendir(directory))) ?? [];
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const digest = Digest.safeParse(`sha256:${entry.name}`);
    if (digest.success && entry.isFile()) yield digest.data;
  }
}
