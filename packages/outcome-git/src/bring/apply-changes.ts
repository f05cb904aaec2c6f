import type { ConfinedDirectory } from "@dad/disk";
import { type LargeFileStore, OutcomeFailedError } from "@dad/outcome";
import { SMALL_BYTES } from "../tree/capture.ts";
import { type CapturedEntry, LINK_MODE } from "../tree/captured-entry.ts";
import { byBytes } from "../tree/changed-paths.ts";
import type { Git, GitCall } from "../git/git.ts";
import { gitProcess, type GitProcess } from "../git/git-process.ts";
import { above, entriesIn, kindsAt } from "./in-the-way.ts";
import { isLargeEntry } from "../large-files/large-changes.ts";
import { pointerOf, type Pointers, restoreLargeFile } from "../large-files/large-files.ts";
import type { TreeChange } from "./tree-changes.ts";
import { bytesOf } from "../git/tree-path.ts";

/** A working tree, and the repository that has the contents of its files. */
export interface TreeOfRepository {
  readonly git: Git;
  readonly tree: ConfinedDirectory;
  /** The pointers to large files that come, by the paths of the files. */
  readonly coming: Pointers;
  /** Where their contents are. */
  readonly store: LargeFileStore | undefined;
  readonly call: GitCall;
}

/** Gives a working tree what changes lead to: first what goes, then what comes. It has been made sure that there is room. */
export async function applyChanges(into: TreeOfRepository, changes: readonly TreeChange[]): Promise<void> {
  const { git, tree, call } = into;
  const going = changes.filter(({ to }) => !to).map(({ path }) => path);
  await together(going, (path) => tree.removeFile(bytesOf(path)));
  await removeEmptied(tree, going);
  const coming = changes.flatMap(({ path, to }) => (to ? [{ path, ...to }] : []));
  if (coming.length === 0) return;
  for (const [path, kind] of await kindsAt(
    tree,
    coming.map(({ path }) => path),
  ))
    if (kind === "directory") await removeEmptyTree(tree, path);
  await using contents = gitProcess(git, ["cat-file", "--batch"], { gitDir: call.gitDir });
  // Up to its end what has come is seen by who looks for what is left to do.
  for (const files of [coming.filter((file) => !saysIgnored(file)), coming.filter(saysIgnored)]) await putAll(into, contents, files);
  await contents.end();
}

/** A file that says which are ignored comes after them. */
function saysIgnored({ path }: { readonly path: string }): boolean {
  return path.slice(path.lastIndexOf("/") + 1) === ".gitignore";
}

/** A directory goes with the last of its files. */
async function removeEmptied(tree: ConfinedDirectory, going: readonly string[]): Promise<void> {
  const directories = new Set<string>();
  for (const path of going) for (let way = above(path); way !== "" && !directories.has(way); way = above(way)) directories.add(way);
  // The lower ones come first.
  for (const directory of [...directories].toSorted(byBytes).toReversed()) await tree.removeEmpty(bytesOf(directory));
}

type Coming = { readonly path: string } & NonNullable<CapturedEntry>;

async function putAll(into: TreeOfRepository, contents: GitProcess, files: readonly Coming[]): Promise<void> {
  for (let at = 0; at < files.length; at += MOST_AT_ONCE) {
    const writes: (() => Promise<void>)[] = [];
    // What git gives comes one after the other; what is small is written afterwards, at once.
    for (const file of files.slice(at, at + MOST_AT_ONCE)) writes.push(await put(into, contents, file));
    await together(writes, (write) => write());
  }
}

const DONE = (): Promise<void> => Promise.resolve();

/** Answers what is left to do when git has given all that it needs. */
async function put({ tree, coming, store }: TreeOfRepository, contents: GitProcess, file: Coming): Promise<() => Promise<void>> {
  const { path } = file;
  const pointer = isLargeEntry(file) ? coming.get(path) : undefined;
  if (!pointer) return putFile(tree, contents, file);
  if (await restoreLargeFile(tree, { path, content: pointer.content }, { store })) return DONE;
  // What was there before is no more what is to be there.
  await tree.removeFile(bytesOf(path));
  return putFile(tree, contents, { path: pointerOf(path) ?? "", mode: "100644", object: pointer.object });
}

async function putFile(tree: ConfinedDirectory, contents: GitProcess, { path, mode, object }: Coming): Promise<() => Promise<void>> {
  await contents.write(`${object}\n`);
  const [, type, size] = (await contents.line()).split(" ");
  if (type !== "blob") throw new OutcomeFailedError(`read ${object}`, "the repository", { cause: new Error("there is no such file") });
  const [at, pieces, isLarge] = [bytesOf(path), contents.pieces(Number(size)), mode !== LINK_MODE && Number(size) > SMALL_BYTES];
  const options = { mode: mode === "100755" ? 0o777 : 0o666 };
  if (isLarge) await tree.write(at, pieces, options);
  const content = isLarge ? undefined : await whole(pieces);
  await contents.line();
  if (!content) return DONE;
  return mode === LINK_MODE ? () => tree.writeLink(at, content) : () => tree.write(at, content, options);
}

/** Directories without files in the place of a file go. */
async function removeEmptyTree(tree: ConfinedDirectory, directory: string): Promise<void> {
  for (const { path, kind } of await entriesIn(tree, directory)) if (kind === "directory") await removeEmptyTree(tree, path);
  await tree.removeEmpty(bytesOf(directory));
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** So many are worked on at once. */
const MOST_AT_ONCE = 16;

/** Does something with all of them. What has begun is over when it fails. */
async function together<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += MOST_AT_ONCE) {
    const ends = await Promise.allSettled(items.slice(at, at + MOST_AT_ONCE).map(work));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}
