import type { RunId } from "@dad/protocol";
import { updateMain } from "../bare-repository.ts";
import type { Git, GitCall } from "../git/git.ts";
import { assertCommits, type GitContext } from "../git-context.ts";
import { type KnownCommit, treeOf } from "../git/refs.ts";
import { findRevision, refusedRevision } from "../project/find-revision.ts";
import { bringCommit } from "../project/project-import.ts";
import { ProjectRefusal } from "../project/project-repository.ts";
import { readSource, type RunSource } from "./run-source.ts";

/** What a run starts from. */
export interface RunStart {
  readonly base: KnownCommit;
  /** Of what comes from the project's own repository. */
  readonly source: RunSource | undefined;
}

export interface AskedStart {
  readonly runId: RunId;
  readonly from: string | undefined;
  readonly revision: string | undefined;
}

/** Brings what a new run starts from into the repository, where it is not there yet. */
export async function findStart(context: GitContext, { runId, from, revision }: AskedStart, call: GitCall): Promise<RunStart> {
  const { git, options } = context;
  if (revision !== undefined) return takeOver(context, revision, call);
  if (from !== undefined) {
    const [tree = ""] = await assertCommits(context, [from], call);
    return startOf(git, { runId, base: { commit: from, tree } }, call);
  }
  const except = [options.directory, options.workDirectory];
  return { base: await updateMain(git, { seed: options.seed, except }, call), source: undefined };
}

/** The start of a run whose base is there. */
export async function startOf(git: Git, { runId, base }: { readonly runId: RunId; readonly base: KnownCommit }, call: GitCall): Promise<RunStart> {
  return { base, source: await readSource(git, { runId, base: base.commit }, call) };
}

/** @throws OutcomeRevisionError (`OUTCOME_REVISION_UNKNOWN`). */
async function takeOver(context: GitContext, revision: string, call: GitCall): Promise<RunStart> {
  const { git } = context;
  const { project, commit, branch } = await findRevision(context, revision, call.signal);
  await bringCommit(git, { project, commit }, call).catch((cause: unknown) => {
    throw cause instanceof ProjectRefusal ? refusedRevision(revision, project.directory, cause) : cause;
  });
  const base = { commit, tree: await treeOf(git, commit, call) };
  return { base, source: { source: { repository: project.directory, revision, commit }, branch } };
}
