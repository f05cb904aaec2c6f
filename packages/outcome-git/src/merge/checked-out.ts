import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutcomeMergeError } from "../errors.ts";
import type { Git, GitCall } from "../git/git.ts";
import type { MergeTarget } from "./merge-target.ts";

/** The working copy in which a branch is checked out, as far as it is there. */
export async function checkedOutAt(git: Git, ref: string, call: GitCall): Promise<string | undefined> {
  const text = await git.run(["worktree", "list", "--porcelain"], call);
  for (const block of text.split("\n\n")) {
    const [first = "", ...facts] = block.split("\n");
    const gone = facts.some((fact) => fact.startsWith("prunable"));
    if (facts.includes(`branch ${ref}`) && !gone) return first.replace(/^worktree /, "");
  }
  return undefined;
}

/** Where git writes down which branch a rebase will move when it ends. */
const REBASES = ["rebase-merge", "rebase-apply"];

/** @throws OutcomeMergeError (`OUTCOME_MERGE_REFUSED`) while somebody rebases the branch: he would lose one or the other. */
export async function assertNoRebase(commit: string, { gitDir, project, ref, branch, repository }: MergeTarget): Promise<void> {
  const common = project?.commonDir ?? gitDir;
  const others = await readdir(join(common, "worktrees")).catch(() => []);
  for (const place of [common, ...others.map((name) => join(common, "worktrees", name))])
    for (const rebase of REBASES) {
      const rebased = await readFile(join(place, rebase, "head-name"), "utf8").catch(() => "");
      if (rebased.trim() === ref) throw new OutcomeMergeError(commit, `branch ${branch} of ${repository} is being rebased: end that first`);
    }
}
