import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { outcomeBranch, OutcomeFailedError } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { removeAbandonedLock, seeLocks, type SeenLock } from "./abandoned-lock.ts";
import type { Git, GitCall } from "./git.ts";

export const MAIN = "refs/heads/main";
/** Below these are the branches of runs, and what they started from. */
export const RUN_BRANCHES = "refs/heads/run/";
export const BASES = "refs/dad/base/";
/** Below this are the commits of nodes, for runs whose branches show their ends only. */
export const NODES = "refs/dad/nodes/";

export interface RunRefs {
  readonly branch: string;
  /** What the run started from. */
  readonly base: string;
  /** Only for a run whose branch shows its ends only: its newest commit, with all of its commits before it. */
  readonly nodes: string;
  /** What was in the working tree and not committed when it was closed. */
  readonly snapshot: string;
  /** The end of the run. */
  readonly tag: string;
}

/**
 * Where the repository has what it knows of a run.
 *
 * @throws TypeError for what is no run id, before it becomes part of a ref or of a path.
 */
export function refsOf(runId: RunId): RunRefs {
  return {
    branch: `refs/heads/${outcomeBranch(runId)}`,
    base: `${BASES}${runId}`,
    nodes: `${NODES}${runId}`,
    snapshot: `refs/dad/snapshots/${runId}`,
    tag: `refs/tags/outcome/${runId}`,
  };
}

/** Where refs point. Those that do not exist are left out. */
export async function readRefs(git: Git, names: readonly string[], call: GitCall): Promise<ReadonlyMap<string, string>> {
  const text = await git.run(["for-each-ref", "--format=%(refname) %(objectname)", ...names], call);
  return new Map(text.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ") as [string, string]])));
}

/** A commit whose tree is known. */
export interface KnownCommit {
  readonly commit: string;
  readonly tree: string;
}

export interface ReadCommit extends KnownCommit {
  /** The first, of a commit that somebody made by hand and that has more. */
  readonly parent: string | undefined;
}

/** The commits that refs point to. Refs that do not exist are left out. */
export async function readCommits(git: Git, names: readonly string[], call: GitCall): Promise<ReadonlyMap<string, ReadCommit>> {
  const text = await git.run(["for-each-ref", "--format=%(refname) %(objectname) %(tree) %(parent)", ...names], call);
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [name = "", commit = "", tree = "", parent = ""] = line.split(" ");
      return [name, { commit, tree, parent: parent === "" ? undefined : parent }];
    }),
  );
}

/** A change of a ref that is only made when it still is what it was. */
export interface RefChange {
  readonly name: string;
  /** `undefined`: it must not exist. */
  readonly from: string | undefined;
  /** `undefined`: it goes. */
  readonly to: string | undefined;
}

/** As a line of `git update-ref --stdin`. */
function lineOf({ name, from, to }: RefChange): string {
  if (to === undefined) return `delete ${name}${from === undefined ? "" : ` ${from}`}`;
  return from === undefined ? `create ${name} ${to}` : `update ${name} ${to} ${from}`;
}

/** Makes all of the changes or none; what somebody who was killed left in the way goes. @throws OutcomeFailedError when a ref is not what it was. */
export async function changeRefs(git: Git, changes: readonly RefChange[], call: GitCall): Promise<void> {
  const lines = changes.map(lineOf);
  const locks = (
    await seeLocks(
      call.gitDir,
      changes.map(({ name }) => name),
    )
  ).filter(({ identity }) => identity !== undefined);
  for (let left = locks.length; ; left--) {
    try {
      await git.run(["update-ref", "--stdin"], { ...call, input: `start\n${lines.join("\n")}\ncommit\n` });
      return;
    } catch (error) {
      call.signal?.throwIfAborted();
      if (left === 0 || !(await removeAny(call.gitDir, locks, error))) throw error;
    }
  }
}

/** git names the first lock that is in its way. */
async function removeAny(gitDir: string, locks: readonly SeenLock[], refusal: unknown): Promise<boolean> {
  for (const lock of locks) if (await removeAbandonedLock(gitDir, lock, refusal)) return true;
  return false;
}

const TRIES = 20;

export interface BranchContent {
  readonly branch: string;
  readonly tree: string;
  readonly message: string;
}

/**
 * Puts a new commit with this tree on a branch, unless it holds this tree already. When somebody else moves the branch
 * at the same time, looks again. @returns the commit that the branch points to.
 */
export async function advance(git: Git, { branch, tree, message }: BranchContent, call: GitCall): Promise<KnownCommit> {
  let refused: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    const from = (await readCommits(git, [branch], call)).get(branch);
    if (from?.tree === tree) return from;
    const to = await writeCommit(git, { tree, parent: from?.commit, message }, call);
    try {
      await changeRefs(git, [{ name: branch, from: from?.commit, to }], call);
      return { commit: to, tree };
    } catch (error) {
      call.signal?.throwIfAborted();
      refused = error;
      await delay(randomInt(10, 50), undefined, call.signal ? { signal: call.signal } : {});
    }
  }
  throw new OutcomeFailedError(`move ${branch}`, call.gitDir, { cause: refused });
}

export async function treeOf(git: Git, commit: string, call: GitCall): Promise<string> {
  return (await git.run(["rev-parse", "--verify", `${commit}^{tree}`], call)).trim();
}

export async function writeCommit(
  git: Git,
  { tree, parent, message }: { readonly tree: string; readonly parent: string | undefined; readonly message: string },
  call: GitCall,
): Promise<string> {
  const parents = parent === undefined ? [] : ["-p", parent];
  return (await git.run(["commit-tree", ...parents, "-F", "-", tree], { ...call, input: message })).trim();
}
