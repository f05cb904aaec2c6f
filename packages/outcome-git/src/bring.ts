import { randomUUID } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { type AbortOptions, type OutcomeChangeRange, OutcomeCommitError, OutcomeConflictError } from "@dad/outcome";
import { indexFile } from "./bare-repository.ts";
import type { StageCall } from "./capture.ts";
import { compareTrees, treesOfCommits, type TreeChange } from "./commits.ts";
import type { Git } from "./git.ts";
import { pathsInTheWay } from "./in-the-way.ts";
import { callOf, type RunFiles, stageFiles } from "./run-commits.ts";

/**
 * Makes in the working tree of a run what leads from one commit to another, whole files at a time.
 *
 * @throws OutcomeConflictError (`OUTCOME_CONFLICT`) before anything is changed.
 */
export async function bringChanges(files: RunFiles, change: OutcomeChangeRange, { signal }: AbortOptions): Promise<void> {
  const { git, run } = files;
  const call = callOf(run, signal);
  const { from, to } = await treesOf(git, change, call);
  if (from === to) return;
  const now = await stageFiles(files, "all", call);
  const changes = await compareTrees(git, { from, to }, call);
  const own = now === from ? [] : await compareTrees(git, { from, to: now }, call);
  const conflicts = await conflictsOf(run.workTree, changes, own);
  if (conflicts.length > 0) throw new OutcomeConflictError(change, conflicts);
  const target = now === from ? to : await treeWith(git, changes, call);
  signal?.throwIfAborted();
  files.staged = undefined;
  // All or nothing: from here on nobody stops it. git looks once more whether the files are those of the index.
  await git.run(["read-tree", "-m", "-u", now, target], { ...call, signal: undefined });
}

async function treesOf(git: Git, { from, to }: OutcomeChangeRange, call: StageCall): Promise<OutcomeChangeRange> {
  const [fromTree, toTree] = await treesOfCommits(git, [from, to], call);
  if (fromTree === undefined) throw new OutcomeCommitError(from, call.gitDir);
  if (toTree === undefined) throw new OutcomeCommitError(to, call.gitDir);
  return { from: fromTree, to: toTree };
}

/** The paths at which the working tree has neither what it is to be changed from nor what it is to be changed to. */
async function conflictsOf(workTree: string, changes: readonly TreeChange[], own: readonly TreeChange[]): Promise<string[]> {
  const ownOf = new Map(own.map((change) => [change.path, change]));
  const isTracked = ({ path, wasThere }: TreeChange): boolean => {
    const changed = ownOf.get(path);
    return changed ? changed.entry !== undefined : wasThere;
  };
  const others = changes.filter((change) => {
    const changed = ownOf.get(change.path);
    return changed !== undefined && !isSame(changed, change);
  });
  const newPaths = changes.filter((change) => change.entry !== undefined && !isTracked(change)).map(({ path }) => path);
  const removed = changes.filter((change) => change.entry === undefined && isTracked(change)).map(({ path }) => path);
  const inTheWay = await pathsInTheWay(workTree, { newPaths, removed: new Set(removed) });
  return [...new Set([...others.map(({ path }) => path), ...inTheWay])].toSorted();
}

function isSame({ entry: one }: TreeChange, { entry: other }: TreeChange): boolean {
  return one?.mode === other?.mode && one?.object === other?.object;
}

/** The tree that the index of the run would have with the changes. The index itself stays as it is. */
async function treeWith(git: Git, changes: readonly TreeChange[], call: StageCall): Promise<string> {
  const index = indexFile(call.gitDir, `seed-${randomUUID()}`);
  // A file takes the place of a directory by itself, and the other way round.
  const lines = changes.map(({ path, entry }) => (entry ? `${entry.mode} ${entry.object}\t${path}\0` : `0 ${"0".repeat(40)}\t${path}\0`));
  try {
    await copyFile(call.index, index);
    await git.run(["update-index", "-z", "--index-info"], { ...call, index, input: lines.join("") });
    return (await git.run(["write-tree"], { ...call, index })).trim();
  } finally {
    await rm(index, { force: true });
  }
}
