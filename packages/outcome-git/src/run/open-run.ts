import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { type OpenOutcomeOptions, outcomeBranch, OutcomeExistsError, type RunOutcome } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import type { CaptureRules } from "../tree/capture-rules.ts";
import { indexFile, removeIndex } from "../git/index-file.ts";
import { fillTree } from "./fill-tree.ts";
import type { Git, GitCall } from "../git/git.ts";
import { assertOpen, type GitContext } from "../git-context.ts";
import { includeFrom } from "../project/include-files.ts";
import { noLargeFiles } from "../large-files/kept-files.ts";
import { largeFilesOf, pointersIn } from "../large-files/large-files.ts";
import { changeRefs, readRefs, refsOf } from "../git/refs.ts";
import { type OpenedTree, reopenTree, type RunTree } from "./reopen-tree.ts";
import { gitRunOutcome } from "./run-outcome.ts";
import { findStart, type RunStart } from "./run-start.ts";
import { sourceRef, writeSource } from "./run-source.ts";

export interface RunRequest {
  readonly runId: RunId;
  readonly from: string | undefined;
  readonly revision: string | undefined;
  readonly resume: boolean;
  readonly secrets: OpenOutcomeOptions["secrets"] | undefined;
}

/** Makes the branch and the working tree of a run, or goes on with them. */
export async function openRun(context: GitContext, { resume, secrets, ...asked }: RunRequest, call: GitCall): Promise<RunOutcome> {
  if (asked.from !== undefined && asked.revision !== undefined) throw new TypeError("a run starts from a commit or from a revision, not from both");
  const { git, options, runs } = context;
  const { runId } = asked;
  const tree = { runId, workTree: join(options.workDirectory, runId), index: indexFile(options.directory, runId), large: noLargeFiles() };
  const reopened = resume ? await reopenTree(context, tree, call) : undefined;
  const { base, source, known } = reopened ?? (await makeTree(context, { ...tree, ...asked }, call));
  // They were read when the working tree was made, unless the run has gone on since its start.
  const pointers = tree.large.tree === base.tree ? tree.large.pointers : await pointersIn(git, base.tree, call);
  const { commit, tree: content } = base;
  const start = { branch: outcomeBranch(runId), commit, tree: content, ...largeFilesOf(pointers), ...(source ? { source: source.source } : {}) };
  const opened = {
    ...tree,
    gitDir: options.directory,
    rules: withSecrets(options.capture, secrets),
    history: options.history,
    base: commit,
    start,
    known,
    fresh: reopened === undefined,
  };
  const run: RunOutcome = gitRunOutcome(git, opened, () => runs.delete(run));
  runs.add(run);
  return run;
}

/** Those of the repository, and those of the run. */
function withSecrets(rules: CaptureRules = {}, own: RunRequest["secrets"]): CaptureRules {
  return own === undefined ? rules : { ...rules, secrets: () => [...(rules.secrets?.() ?? []), ...own()] };
}

type NewTree = RunTree & Omit<RunRequest, "resume" | "secrets">;

/** Makes the branch and the working tree of a run, and answers what it starts from. */
async function makeTree(context: GitContext, { from, revision, ...tree }: NewTree, call: GitCall): Promise<OpenedTree> {
  const { git, options } = context;
  const { runId } = tree;
  await assertNew(git, runId, call);
  const start = await findStart(context, { runId, from, revision }, call);
  const claimed = { ...tree, ...start };
  await claim(git, claimed, call);
  try {
    const include = includeFrom(options, start.source?.source.repository);
    const known = await fillTree(git, { ...tree, content: start.base, include, store: options.capture?.large?.store }, call);
    assertOpen(context, call.signal);
    return { ...start, known };
  } catch (error) {
    await giveUp(git, claimed, { ...call, signal: undefined });
    throw error;
  }
}

async function assertNew(git: Git, runId: RunId, call: GitCall): Promise<void> {
  const { branch, base } = refsOf(runId);
  const refs = await readRefs(git, [branch, base], call);
  if (refs.size > 0) throw new OutcomeExistsError(runId, `branch ${outcomeBranch(runId)} in ${call.gitDir}`);
}

type ClaimedTree = RunTree & RunStart;

/** The directory and then the refs can each be made by one only. */
async function claim(git: Git, { runId, base, source, workTree }: ClaimedTree, call: GitCall): Promise<void> {
  await mkdir(workTree).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EEXIST" ? new OutcomeExistsError(runId, `working tree ${workTree}`, { cause }) : cause;
  });
  const refs = refsOf(runId);
  try {
    // A branch says that the run has started. One that was made before it, by whoever was killed then, is not in the way.
    if (source) await git.run(["update-ref", sourceRef(runId), await writeSource(git, source, call)], call);
    const created = [refs.branch, refs.base].map((name) => ({ name, from: undefined, to: base.commit }));
    await changeRefs(git, created, call);
  } catch (error) {
    await rmdir(workTree);
    call.signal?.throwIfAborted();
    await assertNew(git, runId, call);
    throw error;
  }
}

/** Leaves nothing of a run that could not start, so that it can be tried again. */
async function giveUp(git: Git, { runId, base, source, workTree, index }: ClaimedTree, call: GitCall): Promise<void> {
  const refs = refsOf(runId);
  await rm(workTree, { recursive: true, force: true });
  await removeIndex(index);
  const gone = [refs.branch, refs.base].map((name) => ({ name, from: base.commit, to: undefined }));
  await changeRefs(git, source ? [...gone, { name: sourceRef(runId), from: undefined, to: undefined }] : gone, call);
}
