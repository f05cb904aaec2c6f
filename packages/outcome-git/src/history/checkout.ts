import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { fillDirectory, type LargeFileStore, type OutcomeCheckout, OutcomePathError } from "@dad/outcome";
import { unpackCommit } from "../git/unpack-commit.ts";
import { indexFile } from "../git/index-file.ts";
import type { Git, GitCall } from "../git/git.ts";
import { listTree, type TreeEntry } from "../git/list-tree.ts";
import { pointersAmong, restoreLargeFiles } from "../large-files/large-files.ts";
import { readBlobs } from "../git/read-blobs.ts";
import { LINK_MODE, MODULE_MODE } from "../tree/captured-entry.ts";
import { leadsOutside } from "../tree/leads-outside.ts";
import { shown } from "../git/tree-path.ts";
import { treeFiles } from "../tree/working-tree.ts";

export interface CheckoutRequest {
  /** There is such a commit. */
  readonly commit: string;
  readonly directory: string;
  /** Where large files are kept. `undefined`: pointers stay. */
  readonly store: LargeFileStore | undefined;
}

/**
 * Writes the files of a commit to a directory that is empty, or not there: their bytes as they are, and links that stay inside.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a tree that no run has made, with something in it that would lead
 * elsewhere. Nothing is written.
 */
export async function checkoutCommit(git: Git, { commit, directory, store }: CheckoutRequest, call: GitCall): Promise<OutcomeCheckout> {
  const { signal } = call;
  const index = indexFile(call.gitDir, `seed-${randomUUID()}`);
  const write = async (fresh: string): Promise<OutcomeCheckout> => {
    const entries = await listTree(git, commit, call);
    await assertWritable(git, entries, call);
    await unpackCommit(git, commit, { ...call, workTree: fresh, index });
    const { missing } = await restoreLargeFiles(treeFiles(fresh), await pointersAmong(git, entries, call), { store, signal });
    return { files: entries.length, missing: missing.map(shown) };
  };
  try {
    return await fillDirectory(directory, write, signal ? { signal } : {});
  } finally {
    for (const left of [index, `${index}.lock`]) await rm(left, { force: true });
  }
}

/** What git would make of a tree that contradicts itself, or of a place for a repository, is not what the commit says. */
async function assertWritable(git: Git, entries: readonly TreeEntry[], call: GitCall): Promise<void> {
  const paths = new Set<string>();
  for (const { path, mode } of entries) {
    if (mode === MODULE_MODE) throw refusal(path, "it stands for a repository, whose files are elsewhere");
    if (paths.has(path)) throw refusal(path, "it is there twice");
    paths.add(path);
  }
  for (const { path } of entries)
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
      if (paths.has(path.slice(0, at))) throw refusal(path, "a file is on the way to it");
  const links = entries.filter(({ mode }) => mode === LINK_MODE);
  const targets = await readBlobs(
    git,
    links.map(({ object }) => object),
    call,
  );
  for (const { path, object } of links) {
    const target = targets.get(object) ?? Buffer.from("/");
    if (leadsOutside(path, target.toString("latin1"))) throw refusal(path, `it is a link that leads out of the tree: ${target.toString()}`);
  }
}

function refusal(path: string, problem: string): OutcomePathError {
  return new OutcomePathError(shown(path), problem);
}
