import type { ConfinedDirectory } from "@dad/disk";
import { OutcomeFailedError } from "@dad/outcome";
import { type CapturedEntry, LINK_MODE } from "./capture.ts";
import { byBytes } from "./changed-paths.ts";
import type { Git, GitCall } from "./git.ts";
import { gitProcess, type GitProcess } from "./git-process.ts";
import { above, entriesIn } from "./in-the-way.ts";
import type { TreeChange } from "./tree-changes.ts";
import { bytesOf } from "./tree-path.ts";

/** A working tree, and the repository that has the contents of its files. */
export interface TreeOfRepository {
  readonly git: Git;
  readonly tree: ConfinedDirectory;
  readonly call: GitCall;
}

/** Gives a working tree what changes lead to: first what goes, then what comes. It has been made sure that there is room. */
export async function applyChanges({ git, tree, call }: TreeOfRepository, changes: readonly TreeChange[]): Promise<void> {
  const going = changes.filter(({ to }) => !to).map(({ path }) => path);
  for (const path of going) await tree.removeFile(bytesOf(path));
  await removeEmptied(tree, going);
  const coming = changes.flatMap(({ path, to }) => (to ? [{ path, ...to }] : []));
  if (coming.length === 0) return;
  await using contents = gitProcess(git, ["cat-file", "--batch"], { gitDir: call.gitDir });
  // Up to its end what has come is seen by who looks for what is left to do.
  for (const file of coming.toSorted((left, right) => rankOf(left) - rankOf(right) || byBytes(left.path, right.path)))
    await put(tree, contents, file);
  await contents.end();
}

/** A file that says which are ignored comes after them. */
function rankOf({ path }: { readonly path: string }): number {
  return Number(path.slice(path.lastIndexOf("/") + 1) === ".gitignore");
}

/** A directory goes with the last of its files. */
async function removeEmptied(tree: ConfinedDirectory, going: readonly string[]): Promise<void> {
  const directories = new Set<string>();
  for (const path of going) for (let way = above(path); way !== "" && !directories.has(way); way = above(way)) directories.add(way);
  // The lower ones come first.
  for (const directory of [...directories].toSorted(byBytes).toReversed()) await tree.removeEmpty(bytesOf(directory));
}

type Coming = { readonly path: string } & NonNullable<CapturedEntry>;

async function put(tree: ConfinedDirectory, contents: GitProcess, { path, mode, object }: Coming): Promise<void> {
  await removeEmptyTree(tree, path);
  await contents.write(`${object}\n`);
  const [, type, size] = (await contents.line()).split(" ");
  if (type !== "blob") throw new OutcomeFailedError(`read ${object}`, "the repository", { cause: new Error("there is no such file") });
  const pieces = contents.pieces(Number(size));
  if (mode === LINK_MODE) await tree.writeLink(bytesOf(path), await whole(pieces));
  else await tree.write(bytesOf(path), pieces, { mode: mode === "100755" ? 0o777 : 0o666 });
  await contents.line();
}

/** Directories without files in the place of a file go. */
async function removeEmptyTree(tree: ConfinedDirectory, path: string): Promise<void> {
  if ((await tree.stat(bytesOf(path)))?.kind !== "directory") return;
  for (const entry of await entriesIn(tree, path)) if (entry.kind === "directory") await removeEmptyTree(tree, entry.path);
  await tree.removeEmpty(bytesOf(path));
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
