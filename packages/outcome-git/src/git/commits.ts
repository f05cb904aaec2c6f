import { type OutcomeChange, type OutcomeChangeRange, readOutcomeMessage } from "@dad/outcome";
import type { Git, GitCall } from "./git.ts";

const WHOLE_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** Whether this is the whole id of a commit. Names and abbreviations are not: they can mean something else tomorrow. */
export async function isCommit(git: Git, commit: string, call: GitCall): Promise<boolean> {
  return (await commitsAmong(git, [commit], call)).length > 0;
}

/** Those that are whole ids of commits. */
export async function commitsAmong(git: Git, commits: readonly string[], call: GitCall): Promise<string[]> {
  const trees = await treesOfCommits(git, commits, call);
  return commits.filter((_, at) => trees[at] !== undefined);
}

/** The trees of commits, that are named by their whole ids. `undefined` for what is none. */
export async function treesOfCommits(git: Git, commits: readonly string[], call: GitCall): Promise<(string | undefined)[]> {
  const asked = commits.filter((commit) => WHOLE_ID.test(commit));
  const input = asked.map((commit) => `${commit}\n${commit}^{tree}\n`).join("");
  const answer = asked.length === 0 ? "" : await git.run(["cat-file", "--batch-check=%(objecttype) %(objectname)"], { ...call, input });
  const lines = answer.split("\n");
  const trees = asked.map((_, at) => (lines[2 * at]?.startsWith("commit ") ? lines[2 * at + 1]?.split(" ")[1] : undefined));
  return commits.map((commit) => trees[asked.indexOf(commit)]);
}

/** The commit that the run of a commit started from. A commit of no run, or of one that says something else, is its own base. */
export async function baseOf(git: Git, commit: string, call: GitCall): Promise<string> {
  const text = await git.run(["cat-file", "commit", commit], call);
  const { "Dad-Base": base } = readOutcomeMessage(text.slice(text.indexOf("\n\n"))).trailers;
  return base !== undefined && (await isCommit(git, base, call)) ? base : commit;
}

const COMPARE = ["diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv"];

/** What differs between two commits as git prints it, whatever the settings of the repository are. */
export async function patchBetween(git: Git, { from, to }: OutcomeChangeRange, call: GitCall): Promise<string> {
  return git.run([...COMPARE, "--patch", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", from, to, "--"], call);
}

/** What differs between two commits, in the order of the paths. */
export async function changesBetween(git: Git, { from, to }: OutcomeChangeRange, call: GitCall): Promise<OutcomeChange[]> {
  const text = await git.run([...COMPARE, "-z", "--name-status", from, to, "--"], call);
  const fields = text.split("\0");
  const changes: OutcomeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) changes.push({ path: fields[at + 1] ?? "", kind: kindOf(fields[at]) });
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function kindOf(status: string | undefined): OutcomeChange["kind"] {
  if (status === "A") return "added";
  return status === "D" ? "deleted" : "modified";
}
