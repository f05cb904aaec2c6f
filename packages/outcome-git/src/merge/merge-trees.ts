import { OutcomeFailedError } from "@dad/outcome";
import { OutcomeMergeConflictError, OutcomeMergeError } from "../errors.ts";
import type { Git, GitCall } from "../git/git.ts";
import { treeOf, writeCommit } from "../git/refs.ts";

export interface MergeParts {
  readonly commit: string;
  /** What the run of the commit started from. */
  readonly base: string;
  readonly repository: string;
  readonly branch: string;
  /** The commit of the branch. `undefined`: there is no such branch. */
  readonly tip: string | undefined;
  readonly squash: boolean;
  readonly message: string;
}

/** What the branch is to point to. */
export interface Made {
  readonly kind: "merged" | "fast-forward" | "up-to-date";
  readonly commit: string;
}

/** The first one that merges without a working tree (`merge-tree --write-tree`). */
const NEEDED_TO_MERGE = "2.38.0";

/**
 * Makes what a branch is to point to when a commit was merged into it. Both are there. No ref is moved.
 *
 * @throws OutcomeMergeConflictError (`OUTCOME_MERGE_CONFLICT`), GitUnavailableError (`GIT_UNAVAILABLE`) when git would have to merge and is too old.
 */
export async function makeMerge(git: Git, parts: MergeParts, call: GitCall): Promise<Made> {
  const { commit, base, tip, squash, message } = parts;
  if (tip === undefined)
    return squash ? squashed(git, { message, tree: await treeOf(git, commit, call), parent: base }, call) : { kind: "fast-forward", commit };
  const { exitCode, text } = await git.report(["merge-base", tip, commit], call);
  const meeting = text.trim();
  if (exitCode !== 0) throw new OutcomeMergeError(commit, `it has no history in common with branch ${parts.branch} of ${parts.repository}`);
  if (meeting === commit) return { kind: "up-to-date", commit: tip };
  if (meeting === tip && !squash) return { kind: "fast-forward", commit };
  const tree = meeting === tip ? await treeOf(git, commit, call) : await mergedTree(git, { ...parts, tip }, call);
  if (squash) return squashed(git, { message, tree, parent: tip }, call);
  return { kind: "merged", commit: (await git.run(["commit-tree", "-p", tip, "-p", commit, "-F", "-", tree], { ...call, input: message })).trim() };
}

type Squashed = Parameters<typeof writeCommit>[1] & { readonly parent: string };

async function squashed(git: Git, { message, tree, parent }: Squashed, call: GitCall): Promise<Made> {
  if ((await treeOf(git, parent, call)) === tree) return { kind: "up-to-date", commit: parent };
  return { kind: "merged", commit: await writeCommit(git, { tree, parent, message }, call) };
}

async function mergedTree(git: Git, { tip, ...parts }: MergeParts & { readonly tip: string }, call: GitCall): Promise<string> {
  await git.assertAvailable(call.gitDir, NEEDED_TO_MERGE);
  const { exitCode, text } = await git.report(["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", tip, parts.commit], call);
  const [tree = "", ...paths] = text.split("\0").slice(0, -1);
  if (exitCode === 0) return tree;
  // Each path is told once for each side that has it.
  if (exitCode === 1) throw new OutcomeMergeConflictError(parts, [...new Set(paths)]);
  throw new OutcomeFailedError(`merge ${parts.commit} and ${tip}`, call.gitDir, { cause: new Error(text.trim()) });
}
