import { rm } from "node:fs/promises";
import {
  type CommitOptions,
  outcomeBranch,
  OutcomeClosedError,
  OutcomeFailedError,
  outcomeMessage,
  OutcomeNotKeptError,
  type RunOutcome,
} from "@dad/outcome";
import type { OutcomeRef, RunId } from "@dad/protocol";
import type { Git } from "./git.ts";
import { changeRefs, readRefs, refsOf, treeOf, writeCommit } from "./refs.ts";
import { type LinkRule, type StageCall, stageTree } from "./stage.ts";
import { assertRoot, isGone, readTreeFile, writeTreeFile } from "./working-tree.ts";

export interface GitRun {
  readonly runId: RunId;
  /** The commit that the run started from. */
  readonly base: string;
  /** The bare repository. */
  readonly gitDir: string;
  readonly workTree: string;
  readonly index: string;
}

/** The working tree of a run that is open. `onClosed` is told when it is closed, also when that failed. */
export function gitRunOutcome(git: Git, run: GitRun, onClosed: () => void): RunOutcome {
  const { runId, workTree } = run;
  const inTurn = oneAfterAnother();
  let closing: Promise<void> | undefined;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closing) throw new OutcomeClosedError(`the outcome of run ${runId}`);
  };

  async function close(): Promise<void> {
    // What cannot be kept stays with its index, for whoever goes on with the run.
    await inTurn(() => keepUncommitted(git, run));
    await remove(workTree);
    await remove(run.index);
  }

  return {
    runId,
    branch: outcomeBranch(runId),
    directory: workTree,
    async write(file) {
      assertOpen();
      await writeTreeFile(workTree, file);
    },
    async read(path) {
      assertOpen();
      return readTreeFile(workTree, path);
    },
    async commit(options) {
      assertOpen(options.signal);
      return inTurn(() => commitTree(git, run, options));
    },
    async [Symbol.asyncDispose]() {
      // Who closed it first is told of what went wrong.
      if (closing) return closing.catch(() => undefined);
      closing = close().finally(onClosed);
      return closing;
    },
  };
}

async function commitTree(git: Git, run: GitRun, options: CommitOptions): Promise<OutcomeRef> {
  const { runId, base } = run;
  const call = callOf(run, options.signal);
  const message = outcomeMessage({ ...options, runId, base });
  const tree = await stage(git, "inside", call);
  const { branch } = refsOf(runId);
  const from = (await readRefs(git, [branch], call)).get(branch) ?? base;
  const commit = await writeCommit(git, { tree, parent: from, message }, call);
  await changeRefs(git, [{ name: branch, from, to: commit }], call);
  return { branch: outcomeBranch(runId), commit };
}

/** What was not committed is no outcome, but it is somebody's work. */
async function keepUncommitted(git: Git, run: GitRun): Promise<void> {
  try {
    if (!(await isGone(run.workTree))) await takeSnapshot(git, run);
  } catch (cause) {
    throw new OutcomeNotKeptError(run.runId, run.workTree, { cause });
  }
}

/** Makes what was not committed reachable under a ref of its own. */
export async function takeSnapshot(git: Git, run: GitRun): Promise<void> {
  const call = callOf(run);
  const { branch, snapshot } = refsOf(run.runId);
  const tree = await stage(git, "all", call);
  const refs = await readRefs(git, [branch, snapshot], call);
  const tip = refs.get(branch) ?? run.base;
  if ((await treeOf(git, tip, call)) === tree) return;
  const message = outcomeMessage({ subject: `Not committed by run ${run.runId}`, runId: run.runId, base: run.base });
  const commit = await writeCommit(git, { tree, parent: tip, message }, call);
  // A run that is resumed may leave more than one behind: the newest is the one to look at, and what it replaces is its own past.
  await changeRefs(git, [{ name: snapshot, from: refs.get(snapshot), to: commit }], call);
}

async function stage(git: Git, links: LinkRule, call: StageCall): Promise<string> {
  await assertRoot(call.workTree);
  return stageTree(git, { links }, call);
}

function callOf({ gitDir, workTree, index }: GitRun, signal?: AbortSignal): StageCall {
  return { gitDir, workTree, index, signal };
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((cause: unknown) => {
    throw new OutcomeFailedError("remove what is no longer needed", path, { cause });
  });
}

/** The commits of a run share its index: each waits for the one before, however that ended. */
function oneAfterAnother(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
