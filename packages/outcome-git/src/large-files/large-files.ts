import type { ConfinedDirectory } from "@dad/disk";
import {
  isPointerPath,
  type LargeFileContent,
  largeFilePath,
  type LargeFileStore,
  MOST_POINTER_BYTES,
  parsePointer,
  pointerPath,
} from "@dad/outcome";
import { DadError, type LargeFile } from "@dad/protocol";
import { algorithmOf, blobId } from "../git/fast-import.ts";
import type { Git, GitCall } from "../git/git.ts";
import { listTree, type TreeEntry } from "../git/list-tree.ts";
import { readBlobs } from "../git/read-blobs.ts";
import { bytesOf, shown } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

/** What the pointer to a large file says, and its id in a tree. */
export interface PointerEntry {
  readonly object: string;
  readonly content: LargeFileContent;
}

/** The pointers of a tree by the paths of their files, one character a byte. */
export type Pointers = ReadonlyMap<string, PointerEntry>;

/** The pointers of a tree. What is only called like one is none. */
export async function pointersIn(git: Git, tree: string, call: GitCall): Promise<Pointers> {
  return pointersAmong(git, await listTree(git, tree, call), call);
}

/** The same of a tree whose entries are known. */
export async function pointersAmong(git: Git, entries: readonly TreeEntry[], call: GitCall): Promise<Pointers> {
  const found = entries.flatMap(({ mode, object, path }) => (isFile(mode) && isPointerPath(path) ? [{ object, path: fileOf(path) }] : []));
  const contents = await readPointers(
    git,
    found.map(({ object }) => object),
    call,
  );
  return new Map(
    found.flatMap(({ object, path }): [string, PointerEntry][] => {
      const content = contents.get(object);
      return path !== undefined && content ? [[path, { object, content }]] : [];
    }),
  );
}

function isFile(mode: string): boolean {
  return mode === "100644" || mode === "100755";
}

/** What these objects say that are pointers. */
export async function readPointers(git: Git, ids: readonly string[], call: GitCall): Promise<ReadonlyMap<string, LargeFileContent>> {
  if (ids.length === 0) return new Map();
  const sizes = await git.run(["cat-file", "--batch-check=%(objectname) %(objectsize)"], { ...call, input: `${ids.join("\n")}\n` });
  // What is larger is none, and is not read.
  const small = Array.from(sizes.matchAll(/^(\w+) (\d+)$/gm)).flatMap(([, id = "", size]) => (Number(size) <= MOST_POINTER_BYTES ? [id] : []));
  const contents = await readBlobs(git, [...new Set(small)], call);
  return new Map([...contents].flatMap(([id, bytes]) => [parsePointer(bytes)].flatMap((content) => (content ? [[id, content] as const] : []))));
}

/** The path of the file of a pointer. Paths have one character a byte. */
export function fileOf(pointer: string): string | undefined {
  const path = isPointerPath(pointer) ? textOf(pointer) : undefined;
  const file = path === undefined ? undefined : largeFilePath(path);
  return file && Buffer.from(file).toString("latin1");
}

/** The path of the pointer to a file. `undefined` for one that cannot have a pointer. Paths have one character a byte. */
export function pointerOf(file: string): string | undefined {
  const path = textOf(file);
  const pointer = path === undefined ? undefined : pointerPath(path);
  return pointer && Buffer.from(pointer).toString("latin1");
}

function textOf(path: string): string | undefined {
  const text = shown(path);
  return Buffer.from(text).equals(bytesOf(path)) ? text : undefined;
}

/** As a reference to a commit lists them: in the order of their paths. */
export function largeFilesOf(pointers: Pointers): { readonly large?: LargeFile[] } {
  const large = [...pointers].map(([path, { content }]) => {
    const { mediaType, digest, size } = content;
    return { path: shown(path), mediaType, digest, size } as LargeFile;
  });
  return large.length === 0 ? {} : { large: large.toSorted((one, other) => (one.path < other.path ? -1 : 1)) };
}

export interface RestoreOptions {
  /** `undefined`: all contents are missing. */
  readonly store: LargeFileStore | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Paths of files. */
export interface RestoredFiles {
  readonly restored: readonly string[];
  /** Their content is no more. */
  readonly missing: readonly string[];
}

/** Puts large files in the place of their pointers, where these are in a working tree, and nothing else is in the place of a file. */
export async function restoreLargeFiles(files: ConfinedDirectory, pointers: Pointers, options: RestoreOptions): Promise<RestoredFiles> {
  const [restored, missing]: [string[], string[]] = [[], []];
  for (const [path, pointer] of pointers) {
    options.signal?.throwIfAborted();
    const place = bytesOf(pointerOf(path) ?? "");
    const found = await ifReached(files.read(place, { limitBytes: MOST_POINTER_BYTES }));
    if (!found || blobId(found.content, algorithmOf(pointer.object)) !== pointer.object || (await files.stat(bytesOf(path)))) continue;
    const isRestored = await restoreLargeFile(files, { path, content: pointer.content }, options);
    if (isRestored) await files.removeFile(place);
    (isRestored ? restored : missing).push(path);
  }
  return { restored, missing };
}

interface Restoring {
  readonly path: string;
  readonly content: LargeFileContent;
}

/** False when there is no such content, or no more what it was. */
export async function restoreLargeFile(files: ConfinedDirectory, { path, content }: Restoring, { store, signal }: RestoreOptions): Promise<boolean> {
  try {
    const stored = await store?.get(content.digest, signal ? { signal } : {});
    if (stored?.size !== content.size) return false;
    await files.write(bytesOf(path), stored.body, { mode: content.executable ? 0o777 : 0o666, signal });
    return true;
  } catch (error) {
    if (LOST.some((code) => DadError.is(error, code) || (error instanceof Error && DadError.is(error.cause, code)))) return false;
    throw error;
  }
}

/** What a store says of content that it has lost. */
const LOST = ["ARTIFACT_MISSING", "ARTIFACT_DAMAGED"];
