import { OutcomeRevisionError } from "@dad/outcome";
import { nameHint } from "@dad/protocol";
import type { Git } from "../git/git.ts";
import type { ProjectRepository } from "./project-repository.ts";

export interface ResolvedRevision {
  readonly commit: string;
  /** The whole name of the branch that it names; of `HEAD`, the one that is checked out. */
  readonly branch: string | undefined;
}

/** Where it is one. */
export interface RevisionPlace extends Pick<ProjectRepository, "gitDir" | "directory"> {
  readonly signal?: AbortSignal | undefined;
}

const LONGEST = 1024;
const MOST_NAMES = 1000;
const WHOLE_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that a revision of the project means (gitrevisions(7)).
 *
 * @throws OutcomeRevisionError (`OUTCOME_REVISION_UNKNOWN`), with the names that it may have meant.
 */
export async function resolveRevision(git: Git, revision: string, { gitDir, directory, signal }: RevisionPlace): Promise<ResolvedRevision> {
  const call = { gitDir, signal };
  const refusal = (reason: string): OutcomeRevisionError => new OutcomeRevisionError(revision, { repository: directory, reason });
  const problem = problemOf(revision);
  if (problem !== undefined) throw refusal(problem);
  const { exitCode, text } = await git.report(["rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`], call);
  const commit = text.split("\n").find((line) => WHOLE_ID.test(line));
  if (/\bis ambiguous/.test(text) && !WHOLE_ID.test(revision))
    throw refusal(`it may mean several things in ${directory}: give a branch as refs/heads/… , a tag as refs/tags/… , a commit by its whole id`);
  if (exitCode !== 0 || commit === undefined) {
    const names = await git.run(["for-each-ref", `--count=${MOST_NAMES}`, "--format=%(refname:short)", "refs/heads", "refs/tags"], call);
    throw refusal(`it names no commit in ${directory}; ${nameHint(revision, names.split("\n").filter(Boolean))}`);
  }
  const name = await git.report(["rev-parse", "--verify", "--symbolic-full-name", "--end-of-options", revision], call);
  const branch = /^refs\/heads\/.+$/m.exec(name.exitCode === 0 ? name.text : "")?.[0];
  return { commit, branch };
}

function problemOf(revision: string): string | undefined {
  if (revision === "") return "it is empty";
  if (revision.startsWith("-")) return "no revision begins with a hyphen";
  if (revision.length > LONGEST) return `it has more than ${LONGEST} characters`;
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return /[\u0000-\u001f\u007f]/.test(revision) ? "it has a control character in it" : undefined;
}
