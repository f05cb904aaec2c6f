import { mkdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { OutcomeExistsError, OutcomeFailedError } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { fillTree } from "./fill-tree.ts";
import type { GitCall } from "../git/git.ts";
import type { GitContext } from "../git-context.ts";
import { includeFrom } from "../project/include-files.ts";
import { removeIndex } from "../git/index-file.ts";
import type { LargeFiles } from "../large-files/kept-files.ts";
import { readCommits, refsOf } from "../git/refs.ts";
import { sourceRef } from "./run-source.ts";
import { type RunStart, startOf } from "./run-start.ts";
import type { TreeIndex } from "../tree/tree-index.ts";

/** The working tree of a run, and the index that belongs to it. */
export interface RunTree {
  readonly runId: RunId;
  readonly workTree: string;
  readonly index: string;
  readonly large: LargeFiles;
}

/** A working tree that is there. */
export interface OpenedTree extends RunStart {
  /** What is known of its index. */
  readonly known: TreeIndex | undefined;
}

/**
 * Brings the working tree of a run back for whoever goes on with the run, and is the only one who does. A tree with an index
 * is as its process left it: the index of a new tree gets its name when all its files are there. Anything else is made again
 * from its newest commit, or from what had not been committed when the run was closed.
 *
 * @returns what the run started from, or `undefined`, with nothing left in the way, when it had not come as far as that.
 */
export async function reopenTree({ git, options }: GitContext, tree: RunTree, call: GitCall): Promise<OpenedTree | undefined> {
  const { branch, base, nodes, snapshot, tag } = refsOf(tree.runId);
  await removeLocks(tree, [branch, base, nodes, snapshot, tag, sourceRef(tree.runId)], call);
  const refs = await readCommits(git, [branch, base, nodes, snapshot], call);
  const tip = refs.get(branch);
  const whole = tip !== undefined && (await isThere(tree.workTree)) && (await isThere(tree.index));
  if (tip === undefined) return removeUnknown(tree, call);
  if (!whole) await removeTree(tree);
  const start = await startOf(git, { runId: tree.runId, base: refs.get(base) ?? tip }, call);
  if (whole) return { ...start, known: undefined };
  await mkdir(tree.workTree);
  const [newest, kept] = [refs.get(nodes) ?? tip, refs.get(snapshot)];
  const content = kept?.parent === newest.commit ? kept : newest;
  const include = includeFrom(options, start.source?.source.repository);
  const known = await fillTree(git, { ...tree, content, pointers: newest, include, store: options.capture?.large?.store }, call);
  return { ...start, known };
}

/** A process that was killed while it held them is not coming back for them. */
async function removeLocks({ index }: RunTree, refs: readonly string[], { gitDir }: GitCall): Promise<void> {
  for (const lock of [index, ...refs.map((ref) => join(gitDir, ref))]) await rm(`${lock}.lock`, { force: true });
}

async function removeTree({ workTree, index }: RunTree): Promise<void> {
  try {
    await rm(workTree, { recursive: true, force: true });
    await removeIndex(index);
  } catch (cause) {
    throw new OutcomeFailedError("make room for the working tree", workTree, { cause });
  }
}

/**
 * A run without a branch has come no further than to an empty directory. One with something in it belongs to somebody: to a run of
 * another repository, or to one whose branch was deleted.
 */
async function removeUnknown({ runId, workTree, index }: RunTree, { gitDir }: GitCall): Promise<undefined> {
  await rmdir(workTree).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw new OutcomeExistsError(runId, `working tree ${workTree}, of which ${gitDir} knows nothing`, { cause });
  });
  await removeIndex(index);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
