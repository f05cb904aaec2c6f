import { basename, join } from "node:path";
import { type Litter, lookAtAll, type Measured, measure } from "@dad/disk";
import { Digest } from "@dad/protocol";
import { type DiskArtifactStorePlace, storePlace } from "./disk-artifact-store.ts";
import { blobsDirectory } from "./oci-layout.ts";
import { leftoversOf } from "./staging.ts";
import { ifPresent, onDisk } from "./storage.ts";

/** The file of a content. Its time says when the content was last put. */
export interface DiskBlob extends Measured {
  readonly digest: Digest;
  /** Absolute. */
  readonly path: string;
}

interface Looking {
  readonly signal?: AbortSignal;
}

/** How many files are looked at before they are given. */
const BATCH = 1_000;

/**
 * All content that is stored. What is put or deleted meanwhile may or may not be seen.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 */
export async function* storedBlobs(store: DiskArtifactStorePlace, { signal }: Looking = {}): AsyncGenerator<DiskBlob, void> {
  const { fs, root } = storePlace(store);
  const directory = blobsDirectory(root);
  const entries = (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [];
  const digests = entries.flatMap(({ name }) => Digest.safeParse(`sha256:${name}`).data ?? []);
  for (let at = 0; at < digests.length; at += BATCH) {
    signal?.throwIfAborted();
    const batch = digests.slice(at, at + BATCH).map((digest) => ({ digest, path: join(directory, digest.slice("sha256:".length)) }));
    const files = lookAtAll(
      fs,
      batch.map(({ path }) => path),
    );
    for (const [index, file] of (await onDisk("look at", directory, files)).entries())
      if (file?.isFile()) yield { ...batch[index]!, bytes: file.size, ino: file.ino, mtimeMs: file.mtimeMs };
  }
}

/**
 * What writers left behind that do not live any more: their unfinished files, and their locks. Their names are never used
 * again, so nobody needs to be kept away.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 */
export async function* artifactLitter(store: DiskArtifactStorePlace, { signal }: Looking = {}): AsyncGenerator<Litter, void> {
  const place = storePlace(store);
  for await (const { directory } of leftoversOf(place)) {
    for (const path of [directory, `${directory}.lock`]) {
      signal?.throwIfAborted();
      const measured = await onDisk("look at", path, measure(place.fs, path));
      if (measured) yield { ...measured, path, what: basename(path), verdict: "collect", reason: "a process that was killed left it unfinished" };
    }
  }
}
