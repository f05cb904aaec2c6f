import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import type { LargeFileStore } from "@dad/outcome";
import { unpackCommit } from "../git/unpack-commit.ts";
import { includedBy, indexFile } from "../git/index-file.ts";
import type { Git, GitCall } from "../git/git.ts";
import { listTree } from "../git/list-tree.ts";
import type { KnownCommit } from "../git/refs.ts";
import { includeFiles, type IncludeFrom } from "../project/include-files.ts";
import { type LargeFiles, restoreKept } from "../large-files/kept-files.ts";
import { pointersAmong } from "../large-files/large-files.ts";
import { indexOf, type TreeIndex } from "../tree/tree-index.ts";
import { bytesOf } from "../git/tree-path.ts";
import { treeFiles } from "../tree/working-tree.ts";

export interface TreeToFill {
  readonly workTree: string;
  readonly index: string;
  /** The commit whose files it gets. */
  readonly content: KnownCommit;
  /** Where it gets files from that are ignored. */
  readonly include: IncludeFrom | undefined;
  /** Where large files are kept. `undefined`: pointers stay. */
  readonly store: LargeFileStore | undefined;
  /** Told of the pointers, and of the files that are in their place. */
  readonly large: LargeFiles;
  /** A commit that has all the pointers which stand for large files, as nobody else wrote them. Default: `content`. */
  readonly pointers?: KnownCommit | undefined;
}

/**
 * Gives an empty working tree the files of a commit, and those that `.dadinclude` names. Its index gets its name when everything is
 * there, so that a tree with an index is whole.
 *
 * @returns what is known of the index then.
 */
export async function fillTree(git: Git, { workTree, index, include, ...filling }: TreeToFill, call: GitCall): Promise<TreeIndex> {
  const fresh = indexFile(call.gitDir, `seed-${randomUUID()}`);
  const { content, pointers = content, store, large } = filling;
  try {
    await unpackCommit(git, content.commit, { ...call, workTree, index: fresh });
    const entries = await listTree(git, content.tree, call);
    const known = pointers.tree === content.tree ? entries : await listTree(git, pointers.tree, call);
    Object.assign(large, { pointers: await pointersAmong(git, known, call), tree: pointers.tree });
    await restoreKept(treeFiles(workTree), { store, large, signal: call.signal });
    const included = include ? await includeFiles(git, include, { ...call, workTree, index: fresh }) : [];
    if (included.length > 0) await writeFile(includedBy(index), bytesOf(included.map((path) => `${path}\0`).join("")));
    await rename(fresh, index);
    return await indexOf(index, { tree: content.tree, entries });
  } finally {
    for (const left of [fresh, `${fresh}.lock`]) await rm(left, { force: true });
  }
}
