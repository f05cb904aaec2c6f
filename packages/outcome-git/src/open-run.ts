import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { outcomeBranch, OutcomeExistsError, OutcomeRevisionError, type RunOutcome } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { indexFile, updateMain } from "./bare-repository.ts";
import type { Git, GitCall } from "./git.ts";
import { assertCommits, assertOpen, type GitContext } from "./git-context.ts";
import { changeRefs, readRefs, refsOf, treeOf } from "./refs.ts";
import { reopenTree, type RunTree } from "./reopen-tree.ts";
import { gitRunOutcome } from "./run-outcome.ts";

export interface RunRequest {
  readonly runId: RunId;
  readonly from: string | undefined;
  readonly revision: string | undefined;
  readonly resume: boolean;
}

/** Makes the branch and the working tree of a run, or goes on with them. */
export async function openRun(context: GitContext, { runId, from, revision, resume }: RunRequest, call: GitCall): Promise<RunOutcome> {
  if (from !== undefined && revision !== undefined) throw new TypeError("a run starts from a commit or from a revision, not from both");
  const { git, options, runs } = context;
  const workTree = join(options.workDirectory, runId);
  const index = indexFile(options.directory, runId);
  const opened = { runId, gitDir: options.directory, workTree, index, rules: options.capture, history: options.history };
  const reopened = resume ? await reopenTree(git, opened, call) : undefined;
  const base = reopened ?? (await makeTree(context, { ...opened, from, revision }, call));
  const start = { branch: outcomeBranch(runId), commit: base, tree: await treeOf(git, base, call) };
  const run: RunOutcome = gitRunOutcome(git, { ...opened, base, start, fresh: reopened === undefined }, () => runs.delete(run));
  runs.add(run);
  return run;
}

interface NewTree extends RunTree {
  readonly from: string | undefined;
  readonly revision: string | undefined;
}

/** Makes the branch and the working tree of a run, and answers what it starts from. */
async function makeTree(
  { git, options, ...context }: GitContext,
  { runId, workTree, index, from, revision }: NewTree,
  call: GitCall,
): Promise<string> {
  await assertNew(git, runId, call);
  if (revision !== undefined)
    throw new OutcomeRevisionError(revision, { repository: options.project, reason: "no repository of the project is known" });
  if (from !== undefined) await assertCommits({ git, options, ...context }, [from], call);
  const base = from ?? (await updateMain(git, { seed: options.seed, except: [options.directory, options.workDirectory] }, call));

  await claim(git, { runId, base, workTree }, call);
  try {
    await git.run(["read-tree", "--reset", "-u", base], { ...call, workTree, index });
    assertOpen({ git, options, ...context }, call.signal);
    return base;
  } catch (error) {
    await giveUp(git, { runId, base, workTree, index }, { ...call, signal: undefined });
    throw error;
  }
}

async function assertNew(git: Git, runId: RunId, call: GitCall): Promise<void> {
  const { branch, base } = refsOf(runId);
  const refs = await readRefs(git, [branch, base], call);
  if (refs.size > 0) throw new OutcomeExistsError(runId, `branch ${outcomeBranch(runId)} in ${call.gitDir}`);
}

/** The directory and then the refs can each be made by one only. */
async function claim(
  git: Git,
  { runId, base, workTree }: { readonly runId: RunId; readonly base: string; readonly workTree: string },
  call: GitCall,
): Promise<void> {
  await mkdir(workTree).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EEXIST" ? new OutcomeExistsError(runId, `working tree ${workTree}`, { cause }) : cause;
  });
  const refs = refsOf(runId);
  try {
    const created = [refs.branch, refs.base].map((name) => ({ name, from: undefined, to: base }));
    await changeRefs(git, created, call);
  } catch (error) {
    await rmdir(workTree);
    call.signal?.throwIfAborted();
    await assertNew(git, runId, call);
    throw error;
  }
}

/** Leaves nothing of a run that could not start, so that it can be tried again. */
async function giveUp(
  git: Git,
  run: { readonly runId: RunId; readonly base: string; readonly workTree: string; readonly index: string },
  call: GitCall,
): Promise<void> {
  const refs = refsOf(run.runId);
  await rm(run.workTree, { recursive: true, force: true });
  await rm(run.index, { force: true });
  await git.run(["update-ref", "--stdin"], { ...call, input: `start\ndelete ${refs.branch} ${run.base}\ndelete ${refs.base} ${run.base}\ncommit\n` });
}
