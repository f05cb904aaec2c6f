import { basename, join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { type DiskFs, nodeDisk } from "@dad/disk";
import type { Descriptor, Digest, RelativePath } from "@dad/protocol";
import type { ArtifactView } from "../artifact-view.ts";
import { BLOCK_BYTES } from "../blocks.ts";
import { chunksOf } from "../body.ts";
import { checkedPath } from "../checked.ts";
import { type ArtifactSource, getArtifact } from "../read.ts";
import { type AtomicFile, writeAtomically } from "./atomic-file.ts";
import { rootedDirectories } from "./rooted-directories.ts";
import { blobSharing, type PlaceInView } from "./shared-blob.ts";
import { ifPresent } from "./storage.ts";
import { verifiedFile } from "./verified-file.ts";

export interface DiskArtifactViewOptions {
  /** The directory that the view shows its files in: the directory of a run. It is made when needed. */
  readonly root: string;
  /** Where the content that is shown comes from. One that keeps it in files, `diskArtifactStore`, says by `blobPath` where. */
  readonly store: ArtifactSource & { readonly blobPath?: (digest: Digest) => string };
  /** Default: the disk of this machine. */
  readonly fs?: DiskFs;
}

/** What is smaller is copied: that takes no longer than to share it. */
const SHARED_FROM_BYTES = BLOCK_BYTES;

/**
 * An {@link ArtifactView} as read-only files in a directory. A file is replaced as a whole. Large content shares its bytes
 * with the store where that is safe: as a clone (copy on write) where the file system has them, else as a second name of the
 * file where permissions keep this process from writing to it. Nothing waits for the disk: after a power loss a file
 * may be missing, old or empty, and is made again from the journal. The directory may be deleted: it is made again.
 *
 * Errors: `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED`, `ARTIFACT_STORAGE_FAILED`, and
 * `ARTIFACT_PATH_REFUSED` when a link leads out of the directory, or the directory has become another one.
 */
export function diskArtifactView(options: DiskArtifactViewOptions): ArtifactView {
  const { store, fs = nodeDisk } = options;
  const directories = rootedDirectories(fs, resolve(options.root));
  const share = blobSharing(fs);

  async function placeOf(path: RelativePath): Promise<PlaceInView> {
    const directory = await directories.make(path);
    return { draft: join(directory, `.dad_tmp_${randomUUID()}`), target: join(directory, basename(path)) };
  }

  async function replace({ draft, target }: PlaceInView, { blocks, signal }: Pick<AtomicFile, "blocks" | "signal">): Promise<void> {
    await writeAtomically(fs, { draft, blocks, signal, durable: false, destination: () => target });
  }

  async function bodyOf(content: Descriptor, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>> {
    const { digest, size, data } = content;
    if (store.blobPath && data === undefined) {
      const path = store.blobPath(digest);
      const entry = await ifPresent("look at", path, fs.lstat(path));
      if (entry?.isFile() && entry.size === size) return verifiedFile(fs, { path, digest, size, signal, recycled: true });
    }
    // Also what is not as it should be: here it turns out why.
    return (await getArtifact(store, content, signal ? { signal } : {})).body;
  }

  return {
    async place(path, content, { signal } = {}) {
      const name = checkedPath(path);
      signal?.throwIfAborted();
      const place = await placeOf(name);
      if (store.blobPath && content.data === undefined && content.size >= SHARED_FROM_BYTES) {
        const { digest, size } = content;
        if (await share({ blob: store.blobPath(digest), digest, size, signal }, place)) return;
      }
      await replace(place, { blocks: chunksOf(await bodyOf(content, signal), signal), signal });
    },

    async write(path, text, { signal } = {}) {
      const name = checkedPath(path);
      signal?.throwIfAborted();
      await replace(await placeOf(name), { blocks: chunksOf(text, signal), signal });
    },
  };
}
