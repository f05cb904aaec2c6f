import {
  type AbortOptions,
  type OutcomeChangeRange,
  OutcomeCommitError,
  OutcomeConflictError,
  OutcomeFailedError,
  OutcomePathError,
} from "@dad/outcome";
import type { ConfinedDirectory } from "@dad/disk";
import { applyChanges } from "./apply-changes.ts";
import type { StageCall } from "../tree/capture.ts";
import { type CapturedEntry, LINK_MODE, MODULE_MODE } from "../tree/captured-entry.ts";
import { byBytes } from "../tree/changed-paths.ts";
import { treesOfCommits } from "../git/commits.ts";
import { entriesAt } from "./entries-at.ts";
import { algorithmOf } from "../git/fast-import.ts";
import type { Git } from "../git/git.ts";
import { pathsInTheWay } from "./in-the-way.ts";
import { largeEntriesAt, showLargeFiles } from "../large-files/large-changes.ts";
import { callOf, type RunFiles } from "../run/run-commits.ts";
import { compareTrees, isSameEntry, type TreeChange } from "./tree-changes.ts";
import { assertTreePath, bytesOf, shown } from "../git/tree-path.ts";
import { assertRoot, treeFiles } from "../tree/working-tree.ts";

/**
 * Makes in the working tree of a run what leads from one commit to another, whole files at a time. Nothing outside of it is written,
 * whatever commands do there at the same time.
 *
 * @throws OutcomeConflictError (`OUTCOME_CONFLICT`) before anything is changed.
 */
export async function bringChanges(files: RunFiles, change: OutcomeChangeRange, { signal }: AbortOptions): Promise<void> {
  const { git, run, brought } = files;
  const call = callOf(run, signal);
  const trees = await treesOf(git, change, call);
  const compared = trees.from === trees.to ? [] : await compareTrees(git, trees, call);
  if (compared.length === 0) return;
  for (const { path, from, to } of compared) assertBringable(path, from, to);
  await assertRoot(run.workTree);
  const tree = treeFiles(run.workTree);
  const { changes, coming } = await showLargeFiles({ git, tree, call }, compared);
  const large = await largeEntriesAt(tree, changes, { large: files.large, signal });
  const paths = changes.flatMap(({ path }) => (large.has(path) ? [] : [path]));
  const there = new Map([...large, ...(await entriesAt(tree, paths, { algorithm: algorithmOf(trees.to), signal }))]);
  const left = changes.filter(({ path, to }) => !isSameEntry(there.get(path), to));
  const conflicts = left.length === 0 ? [] : await conflictsOf({ git, tree, call }, { changes, there });
  if (conflicts.length > 0) throw new OutcomeConflictError(change, conflicts.toSorted(byBytes).map(shown));
  signal?.throwIfAborted();
  for (const { path } of compared) brought.add(path);
  for (const [path, pointer] of coming) files.large.left.set(path, pointer);
  // All or nothing: from here on nobody stops it.
  await applyChanges({ git, tree, coming, store: run.rules?.large?.store, call: { ...call, signal: undefined } }, left);
}

async function treesOf(git: Git, { from, to }: OutcomeChangeRange, call: StageCall): Promise<OutcomeChangeRange> {
  const [fromTree, toTree] = await treesOfCommits(git, [from, to], call);
  if (fromTree === undefined) throw new OutcomeCommitError(from, call.gitDir);
  if (toTree === undefined) throw new OutcomeCommitError(to, call.gitDir);
  return { from: fromTree, to: toTree };
}

function assertBringable(path: string, from: CapturedEntry, to: CapturedEntry): void {
  assertTreePath(path, { link: to?.mode === LINK_MODE });
  if (from?.mode === MODULE_MODE || to?.mode === MODULE_MODE)
    throw new OutcomePathError(shown(path), "it stands for a repository, whose files are elsewhere");
}

interface BroughtTree {
  readonly git: Git;
  readonly tree: ConfinedDirectory;
  readonly call: StageCall;
}

interface Comparison {
  readonly changes: readonly TreeChange[];
  readonly there: ReadonlyMap<string, CapturedEntry>;
}

/** The paths at which the working tree has neither what it is to be changed from nor what it is to be changed to. */
async function conflictsOf({ git, tree, call }: BroughtTree, { changes, there }: Comparison): Promise<string[]> {
  const at = ({ path }: TreeChange): CapturedEntry => there.get(path);
  const isDone = (change: TreeChange): boolean => isSameEntry(at(change), change.to);
  const others = changes.filter((change) => !isDone(change) && !isSameEntry(at(change), change.from));
  const newPaths = changes.filter((change) => change.to && !at(change)).map(({ path }) => path);
  const removed = changes.filter((change) => !change.to && at(change)).map(({ path }) => path);
  const inTheWay = await pathsInTheWay(tree, { newPaths, removed: new Set(removed) });
  // What is ignored is no part of what the working tree has.
  const found = changes.filter((change) => !change.from && at(change) && isDone(change)).map(({ path }) => path);
  return [...new Set([...others.map(({ path }) => path), ...inTheWay, ...(await ignoredOf(git, found, call))])];
}

async function ignoredOf(git: Git, paths: readonly string[], call: StageCall): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const input = bytesOf(paths.map((path) => `${path}\0`).join(""));
  const { exitCode, text } = await git.report(["check-ignore", "-z", "--stdin"], { ...call, input });
  // 1: none is ignored.
  if (exitCode > 1) throw new OutcomeFailedError("run git check-ignore", call.workTree, { cause: new Error(text.trim()) });
  const ignored = new Set(exitCode === 0 ? text.split("\0") : []);
  return paths.filter((path) => ignored.has(shown(path)));
}
