import { join, resolve } from "node:path";
import { type DiskFs, nodeDisk } from "@dad/disk";
import type { RelativePath } from "@dad/protocol";
import { fileBlocks } from "../blocks.ts";
import { checkedPath } from "../checked.ts";
import { ifPresent, onDisk } from "./storage.ts";

/** A file as it is, whatever the view has shown there. */
export interface DiskViewFile {
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What lies in the directory of a view: for those who compare it with what should be there. */
export interface DiskViewFiles {
  /** The paths of all that is no directory, with `/` between the parts, in no particular order. Links are not followed. */
  list(options?: { readonly signal?: AbortSignal }): AsyncIterable<string>;
  /** `undefined` when there is no file, or something else than a file. */
  read(path: string, options?: { readonly signal?: AbortSignal }): Promise<DiskViewFile | undefined>;
}

export interface DiskViewFilesOptions {
  readonly root: string;
  /** Names of what lies in the directory and is no part of the view: it is not listed. */
  readonly except?: readonly string[];
  readonly fs?: DiskFs;
}

/**
 * The files of a view as they are on the disk. Nothing is written.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 */
export function diskViewFiles({ root, except = [], fs = nodeDisk }: DiskViewFilesOptions): DiskViewFiles {
  const base = resolve(root);
  return {
    list: ({ signal } = {}) => filesBelow(fs, { directory: base, prefix: "", except, signal }),
    async read(path, { signal } = {}) {
      signal?.throwIfAborted();
      const place = join(base, checkedPath(path as RelativePath));
      const entry = await lookAt(fs, place);
      return entry?.isFile() ? { size: entry.size, body: bodyOf(fs, { path: place, size: entry.size, signal }) } : undefined;
    },
  };
}

/** What leads through a file is not there. */
async function lookAt(fs: DiskFs, path: string) {
  const entry = fs.lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") return undefined;
    throw error;
  });
  return ifPresent("look at", path, entry);
}

interface Directory {
  readonly directory: string;
  readonly prefix: string;
  readonly except: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function* filesBelow(fs: DiskFs, { directory, prefix, except, signal }: Directory): AsyncGenerator<string, void> {
  for (const entry of (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? []) {
    signal?.throwIfAborted();
    const path = `${prefix}${entry.name}`;
    if (except.includes(path)) continue;
    if (entry.isDirectory()) yield* filesBelow(fs, { directory: join(directory, entry.name), prefix: `${path}/`, except, signal });
    else yield path;
  }
}

interface OpenFile {
  readonly path: string;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

async function* bodyOf(fs: DiskFs, { path, size, signal }: OpenFile): AsyncGenerator<Uint8Array, void> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) return;
  try {
    yield* fileBlocks({ read: (...range) => onDisk("read", path, file.read(...range)) }, { size, signal });
  } finally {
    await file.close();
  }
}
