import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import type { LargeFileStore } from "@dad/outcome";
import { checkOut } from "../git/check-out.ts";
import { indexFile } from "../git/index-file.ts";
import type { Git, GitCall } from "../git/git.ts";
import { includeFiles, type IncludeFrom } from "../project/include-files.ts";
import { type LargeFiles, restoreKept } from "../large-files/kept-files.ts";
import { pointersIn } from "../large-files/large-files.ts";
import { treeFiles } from "../tree/working-tree.ts";

export interface TreeToFill {
  readonly workTree: string;
  readonly index: string;
  /** The commit whose files it gets. */
  readonly content: string;
  /** Where it gets files from that are ignored. */
  readonly include: IncludeFrom | undefined;
  /** Where large files are kept. `undefined`: pointers stay. */
  readonly store: LargeFileStore | undefined;
  /** Told of the pointers, and of the files that are in their place. */
  readonly large: LargeFiles;
  /** A commit that has all the pointers which stand for large files, as nobody else wrote them. Default: `content`. */
  readonly pointers?: string | undefined;
}

/**
 * Gives an empty working tree the files of a commit, and those that `.dadinclude` names. Its index gets its name when everything is
 * there, so that a tree with an index is whole.
 */
export async function fillTree(git: Git, { workTree, index, include, ...filling }: TreeToFill, call: GitCall): Promise<void> {
  const fresh = indexFile(call.gitDir, `seed-${randomUUID()}`);
  const { content, store, large } = filling;
  try {
    await checkOut(git, content, { ...call, workTree, index: fresh });
    large.pointers = await pointersIn(git, filling.pointers ?? content, call);
    await restoreKept(treeFiles(workTree), { store, large, signal: call.signal });
    if (include) await includeFiles(git, include, { ...call, workTree, index: fresh });
    await rename(fresh, index);
  } finally {
    for (const left of [fresh, `${fresh}.lock`]) await rm(left, { force: true });
  }
}
