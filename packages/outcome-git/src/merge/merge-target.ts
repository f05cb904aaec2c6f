import { OutcomeCommitError, OutcomePathError, readOutcomeMessage } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import { LINK_MODE } from "../tree/captured-entry.ts";
import { baseOf, isCommit } from "../git/commits.ts";
import { OutcomeMergeError } from "../errors.ts";
import type { Git, GitCall } from "../git/git.ts";
import type { GitContext } from "../git-context.ts";
import { findProject, ProjectRefusal, type ProjectRepository } from "../project/project-repository.ts";
import { readSource, type RunSource } from "../run/run-source.ts";
import { compareTrees } from "../bring/tree-changes.ts";
import { assertTreePath } from "../git/tree-path.ts";

/** A commit of a run. */
export interface MergedCommit {
  readonly commit: string;
  readonly runId: RunId;
  /** What the run started from. */
  readonly base: string;
}

export interface AskedTarget {
  readonly merged: MergedCommit;
  readonly into: string | undefined;
}

/** The branch that a commit is merged into. */
export interface MergeTarget {
  /** The repository as git calls it, and as people know it. */
  readonly gitDir: string;
  readonly repository: string;
  /** Without and with `refs/heads/`. */
  readonly branch: string;
  readonly ref: string;
  /** When it is not the repository of outcomes: the project's own, and the commit of it that the run goes back to. */
  readonly project: ProjectRepository | undefined;
  readonly origin: string | undefined;
}

/** What a commit of a run says of itself. @throws OutcomeMergeError for a commit of no run. */
export async function readMerged({ git, options }: GitContext, commit: string, call: GitCall): Promise<MergedCommit> {
  if (!(await isCommit(git, commit, call))) throw new OutcomeCommitError(commit, options.directory);
  const text = await git.run(["cat-file", "commit", commit], call);
  const { trailers } = readOutcomeMessage(text.slice(text.indexOf("\n\n")));
  const runId = RunId.safeParse(trailers["Dad-Run"]).data;
  if (runId === undefined || trailers["Dad-Base"] === undefined) throw new OutcomeMergeError(commit, "it is the commit of no run");
  const base = await baseOf(git, commit, call);
  await assertHolds(git, { base, commit }, call);
  return { commit, runId, base };
}

/** What no run could commit, somebody has made by hand: it goes nowhere. */
async function assertHolds(git: Git, { base, commit }: Omit<MergedCommit, "runId">, call: GitCall): Promise<void> {
  try {
    for (const { path, to } of await compareTrees(git, { from: base, to: commit }, call))
      if (to) assertTreePath(path, { link: to.mode === LINK_MODE });
  } catch (cause) {
    throw cause instanceof OutcomePathError ? new OutcomeMergeError(commit, cause.message, { cause }) : cause;
  }
}

/**
 * Where a commit of a run goes: back to the project when the run, or one that it goes back to, started from a revision of it.
 *
 * @throws OutcomeMergeError (`OUTCOME_MERGE_REFUSED`).
 */
export async function findTarget(context: GitContext, { merged, into }: AskedTarget, call: GitCall): Promise<MergeTarget> {
  const { git, options } = context;
  const source = await originOf(git, merged, call);
  if (source) return projectTarget(context, { merged, source, into }, call);
  const branch = into ?? "main";
  await assertBranch(git, { commit: merged.commit, branch }, call);
  if (branch === "main" && options.seed !== undefined)
    throw new OutcomeMergeError(
      merged.commit,
      `main of ${options.directory} has the files of ${options.seed} whenever a run starts, and would lose it: give another branch (--into <branch>), check the outcome out into a directory, or start runs from a revision of the project`,
    );
  return { gitDir: options.directory, repository: options.directory, branch, ref: `refs/heads/${branch}`, project: undefined, origin: undefined };
}

/** A re-run goes back to the start of the run that it was made from. */
async function originOf(git: Git, { runId, base }: MergedCommit, call: GitCall): Promise<RunSource | undefined> {
  for (const seen = new Set<string>(); !seen.has(base);) {
    seen.add(base);
    const source = await readSource(git, { runId, base }, call);
    if (source) return source;
    base = await baseOf(git, base, call);
  }
  return undefined;
}

async function projectTarget(
  { git, options }: GitContext,
  { merged, source: found, into }: AskedTarget & { readonly source: RunSource },
  call: GitCall,
): Promise<MergeTarget> {
  const { commit } = merged;
  const { source } = found;
  const branch = into ?? found.branch?.replace(/^refs\/heads\//, "");
  if (branch === undefined)
    throw new OutcomeMergeError(
      commit,
      `run ${merged.runId} started from ${source.revision} of ${source.repository}, which is no branch: say into which one it is to be merged (--into <branch>)`,
    );
  const project = await openProject(git, [source.repository, options.project], call).catch((cause: unknown) => {
    if (!(cause instanceof ProjectRefusal)) throw cause;
    throw new OutcomeMergeError(commit, cause.message, { cause });
  });
  const place = { ...call, gitDir: project.gitDir };
  await assertBranch(git, { commit, branch }, place);
  if (!(await isCommit(git, source.commit, place)))
    throw new OutcomeMergeError(commit, `${project.directory} does not have commit ${source.commit}, from which run ${merged.runId} started`);
  return { gitDir: project.gitDir, repository: project.directory, branch, ref: `refs/heads/${branch}`, project, origin: source.commit };
}

/** The first place is where it was; a project that has moved is where it is said to be now. */
async function openProject(git: Git, [first, second]: readonly [string, string | undefined], { signal }: GitCall): Promise<ProjectRepository> {
  try {
    return await findProject(git, first, signal);
  } catch (error) {
    if (!(error instanceof ProjectRefusal) || second === undefined) throw error;
    return findProject(git, second, signal);
  }
}

async function assertBranch(git: Git, { commit, branch }: { readonly commit: string; readonly branch: string }, call: GitCall): Promise<void> {
  const refusal = (reason: string): OutcomeMergeError =>
    new OutcomeMergeError(commit, `${JSON.stringify(branch)} is no branch that takes it: ${reason}`);
  if (/^run(\/|$)/i.test(branch)) throw refusal("branches below run/ are those of runs");
  if (branch.startsWith("refs/")) throw refusal("give the name of a branch without refs/heads/");
  const isName = branch !== "" && branch !== "HEAD" && !branch.startsWith("-") && !branch.includes("\0");
  if (!isName || (await git.report(["check-ref-format", `refs/heads/${branch}`], call)).exitCode !== 0)
    throw refusal("that is not the name of a branch");
}
