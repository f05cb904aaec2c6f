import * as nodeFs from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { DiskFs } from "@dad/disk";
import type { RelativePath } from "@dad/protocol";
import type { ArtifactView } from "../artifact-view.ts";
import { chunksOf } from "../body.ts";
import { checkedPath } from "../checked.ts";
import { ArtifactPathError } from "../errors.ts";
import { type ArtifactSource, getArtifact } from "../read.ts";
import { writeAtomically } from "./atomic-file.ts";
import { ifFree, ifPresent, makeDirectory, onDisk } from "./storage.ts";

export interface DiskArtifactViewOptions {
  /** The directory that the view shows its files in: the directory of a run. It is made when needed. */
  readonly root: string;
  /** Where the content that is shown comes from. */
  readonly store: ArtifactSource;
  /** Default `node:fs/promises`. */
  readonly fs?: DiskFs;
}

/**
 * An {@link ArtifactView} as read-only files in a directory. A file is replaced as a whole. Nothing waits
 * for the disk: after a power loss a file may be missing, old or empty, and is made again from the journal.
 *
 * Errors: `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED`, `ARTIFACT_STORAGE_FAILED`, and
 * `ARTIFACT_PATH_REFUSED` when a link in the directory leads out of it.
 */
export function diskArtifactView(options: DiskArtifactViewOptions): ArtifactView {
  const fs: DiskFs = options.fs ?? nodeFs;
  const root = resolve(options.root);

  async function replace(path: RelativePath, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const directory = await makeInside(fs, root, path);
    await writeAtomically(fs, { directory, chunks, durable: false, destination: () => join(directory, basename(path)) });
  }

  return {
    async place(path, content, { signal } = {}) {
      const name = checkedPath(path);
      signal?.throwIfAborted();
      const { body } = await getArtifact(options.store, content, signal ? { signal } : {});
      await replace(name, chunksOf(body, signal));
    },

    async write(path, text, { signal } = {}) {
      const name = checkedPath(path);
      signal?.throwIfAborted();
      await replace(name, chunksOf(text, signal));
    },
  };
}

/**
 * Makes the directory of a path below a root and resolves to its real place. Goes down step by step
 * from a place that is known to be real, so that nothing is made on the other side of a link.
 */
async function makeInside(fs: DiskFs, root: string, path: RelativePath): Promise<string> {
  await makeDirectory(fs, root, { durable: false });
  const realRoot = await onDisk("resolve", root, fs.realpath(root));
  let directory = realRoot;
  for (const part of dirname(path)
    .split("/")
    .filter((step) => step !== ".")) {
    directory = await realDirectory(fs, join(directory, part));
    if (!isInside(realRoot, directory)) throw new ArtifactPathError(path, { root, leadsTo: directory });
  }
  return directory;
}

/** Looked for before it is made: nearly always it is there, and a `mkdir` that is refused costs more. */
async function realDirectory(fs: DiskFs, path: string): Promise<string> {
  const present = await ifPresent("resolve", path, fs.realpath(path));
  if (present !== undefined) return present;
  await ifFree("make", path, fs.mkdir(path));
  return onDisk("resolve", path, fs.realpath(path));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
