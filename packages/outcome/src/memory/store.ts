import { createHash } from "node:crypto";
import type { OutcomeRef, RunId } from "@dad/protocol";
import { OutcomeClosedError, OutcomeCommitError } from "../errors.ts";
import type { OutcomeFile, RunOutcome } from "../outcome-repository.ts";
import { digestOf, type Tree } from "./tree.ts";

export interface Commit {
  readonly tree: Tree;
  /** Names the files of the tree. */
  readonly treeId: string;
  readonly parent: string | undefined;
  readonly message: string;
  /** The commit that its run started from. */
  readonly base: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
}

export interface Branch {
  readonly base: string;
  /** The working tree as it was left, or, of a run without a directory, as it is. */
  files: Map<string, OutcomeFile>;
  tip: string | undefined;
}

export interface Store {
  readonly workDirectory: string | undefined;
  readonly commits: Map<string, Commit>;
  readonly branches: Map<RunId, Branch>;
  /** The runs that are open. */
  readonly open: Set<RunOutcome>;
  closed: boolean;
}

export const LOCATION = "memory";

export function assertOpen(store: Store, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  if (store.closed) throw new OutcomeClosedError("the outcome repository in memory");
}

/** @throws OutcomeCommitError (`OUTCOME_COMMIT_UNKNOWN`). */
export function commitOf(store: Store, id: string): Commit {
  const commit = store.commits.get(id);
  if (!commit) throw new OutcomeCommitError(id, LOCATION);
  return commit;
}

/** What a comparison looks at: the tree of another commit, or of what the run of a commit started from, and that of the commit. */
export function treesOf(store: Store, to: string, from: string | undefined): [Tree, Tree] {
  const commit = commitOf(store, to);
  return [commitOf(store, from ?? commit.base).tree, commit.tree];
}

/** The start of a run has no commit before it on the branch of the run. */
export function startOf(store: Store, branch: string, base: string): OutcomeRef {
  return { branch, commit: base, tree: commitOf(store, base).treeId };
}

export function refOf(store: Store, branch: string, commit: string): OutcomeRef {
  const { parent } = commitOf(store, commit);
  return { ...startOf(store, branch, commit), ...(parent === undefined ? {} : { parent }) };
}

/** The base of all has no base and counts as its own. */
export function addCommit({ commits }: Store, commit: Pick<Commit, "tree" | "message"> & Partial<Commit>): string {
  const treeId = digestOf(commit.tree);
  const { parent, message } = commit;
  const id = createHash("sha256")
    .update(`${parent ?? ""}\n${message}\n${treeId}`)
    .digest("hex");
  commits.set(id, { base: id, parent, time: new Date().toISOString(), ...commit, treeId });
  return id;
}
