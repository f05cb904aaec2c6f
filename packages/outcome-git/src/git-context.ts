import { OutcomeClosedError, OutcomeCommitError, type RunOutcome } from "@dad/outcome";
import type { CaptureRules } from "./tree/capture-rules.ts";
import { treesOfCommits } from "./git/commits.ts";
import type { Git, GitAuthor, GitCall, GitProgram } from "./git/git.ts";

export interface GitOutcomeOptions {
  /** Absolute path of the bare repository of the project. It is made when it is not there. */
  readonly directory: string;
  /** Absolute path of the directory in which each run gets its working tree, named like the run. */
  readonly workDirectory: string;
  /**
   * Absolute path of a directory whose regular files are what runs start from. Its `.gitignore` files are honoured;
   * links are left out and never followed. It is looked at whenever a run starts. Default: a README only.
   */
  readonly seed?: string;
  /** Who commits. Default: DAD. */
  readonly author?: GitAuthor;
  readonly git?: GitProgram;
  /** What of the files that commands leave becomes part of an outcome. */
  readonly capture?: CaptureRules;
  /** Absolute path of the project's own repository, or of a directory in its working copy: runs can start from revisions of it. */
  readonly project?: string;
  readonly history?: GitHistoryOptions;
}

/** What the branch of a run shows. */
export interface GitHistoryOptions {
  /**
   * `false`: one commit for each end of the run. The commits of nodes are then reachable by `refs/dad/nodes/<run id>`. Default `true`.
   * The branch of a run that has commits goes on as it began.
   */
  readonly nodes?: boolean;
  /** Whether each run that ends gets the annotated tag `outcome/<run id>`. Default `false`. */
  readonly tags?: boolean;
}

/** A repository that is open. */
export interface GitContext {
  readonly git: Git;
  readonly options: GitOutcomeOptions;
  /** Working trees that are open. */
  readonly runs: Set<RunOutcome>;
  closed: boolean;
}

/** @throws OutcomeClosedError (`OUTCOME_CLOSED`). */
export function assertOpen({ closed, options }: GitContext, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  if (closed) throw new OutcomeClosedError(`the outcome repository ${options.directory}`);
}

/** Answers their trees. @throws OutcomeCommitError (`OUTCOME_COMMIT_UNKNOWN`) for the first that is no commit. */
export async function assertCommits({ git, options }: GitContext, commits: readonly string[], call: GitCall): Promise<string[]> {
  const trees = await treesOfCommits(git, commits, call);
  return commits.map((commit, at) => {
    const tree = trees[at];
    if (tree === undefined) throw new OutcomeCommitError(commit, options.directory);
    return tree;
  });
}
