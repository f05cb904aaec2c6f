import type { OutcomeChange } from "@dad/outcome";
import type { Git, GitCall } from "./git.ts";

/** Whether this is the whole id of a commit. Names and abbreviations are not: they can mean something else tomorrow. */
export async function isCommit(git: Git, commit: string, call: GitCall): Promise<boolean> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return false;
  const answer = await git.run(["cat-file", "--batch-check=%(objecttype)"], { ...call, input: `${commit}\n` });
  return answer.trim() === "commit";
}

/** The commit that the run of a commit started from. A commit of no run, or of one that says something else, is its own base. */
export async function baseOf(git: Git, commit: string, call: GitCall): Promise<string> {
  const text = await git.run(["cat-file", "commit", commit], call);
  const base = /^Dad-Base: (.+)$/m.exec(text)?.[1];
  return base !== undefined && (await isCommit(git, base, call)) ? base : commit;
}

/** What differs between two commits, in the order of the paths. */
export async function changesBetween(
  git: Git,
  { from, to }: { readonly from: string; readonly to: string },
  call: GitCall,
): Promise<OutcomeChange[]> {
  const text = await git.run(["diff-tree", "-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv", from, to, "--"], call);
  const fields = text.split("\0");
  const changes: OutcomeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) changes.push({ path: fields[at + 1] ?? "", kind: kindOf(fields[at]) });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function kindOf(status: string | undefined): OutcomeChange["kind"] {
  if (status === "A") return "added";
  return status === "D" ? "deleted" : "modified";
}
