import { rm } from "node:fs/promises";
import { outcomeBranch, OutcomeClosedError, OutcomeFailedError, outcomeMessage, OutcomeNotKeptError, type RunOutcome, takeTurns } from "@dad/outcome";
import type { OutcomeRef } from "@dad/protocol";
import { bringChanges } from "./bring.ts";
import type { Git } from "./git.ts";
import { changeRefs, readCommits, refsOf, treeOf, writeCommit } from "./refs.ts";
import { callOf, commitFiles, type GitRun, type RunFiles, stageFiles } from "./run-commits.ts";
import { isGone, readTreeFile, removeTree, writeTreeFile } from "./working-tree.ts";

/** A run that is opened. */
export interface OpenedRun extends GitRun {
  readonly start: OutcomeRef;
  /** Nobody has worked on it before. */
  readonly fresh: boolean;
}

/** The working tree of a run that is open. `onClosed` is told when it is closed, also when that failed. */
export function gitRunOutcome(git: Git, { start, fresh, ...run }: OpenedRun, onClosed: () => void): RunOutcome {
  const { runId, workTree } = run;
  const files: RunFiles = { git, run, start, last: fresh ? start : undefined, staged: undefined };
  const inTurn = takeTurns();
  let closing: Promise<void> | undefined;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closing) throw new OutcomeClosedError(`the outcome of run ${runId}`);
  };

  return {
    runId,
    branch: outcomeBranch(runId),
    start,
    directory: workTree,
    async write(file) {
      assertOpen();
      await writeTreeFile(workTree, file);
    },
    async read(path) {
      assertOpen();
      return readTreeFile(workTree, path, run.rules);
    },
    async commit(options) {
      assertOpen(options.signal);
      return inTurn(() => commitFiles(files, options));
    },
    async bring(change, options = {}) {
      assertOpen(options.signal);
      return inTurn(() => bringChanges(files, change, options));
    },
    async [Symbol.asyncDispose]() {
      // Who closed it first is told of what went wrong.
      if (closing) return closing.catch(() => undefined);
      closing = inTurn(() => closeFiles(files)).finally(onClosed);
      return closing;
    },
  };
}

/** What cannot be kept stays with its index, for whoever goes on with the run. */
async function closeFiles(files: RunFiles): Promise<void> {
  await keepUncommitted(files);
  const { workTree, index } = files.run;
  // A working tree with an index counts as whole: who is killed on the way must not leave a part of it with one.
  await removing(index, rm(index, { force: true }));
  await removing(workTree, removeTree(workTree));
}

/** What was not committed is no outcome, but it is somebody's work. */
async function keepUncommitted(files: RunFiles): Promise<void> {
  const { run } = files;
  try {
    if (!(await isGone(run.workTree))) await takeSnapshot(files);
  } catch (cause) {
    throw new OutcomeNotKeptError(run.runId, run.workTree, { cause });
  }
}

/** Makes what was not committed reachable under a ref of its own. */
export async function takeSnapshot(files: Pick<RunFiles, "git" | "run" | "staged">): Promise<void> {
  const { git, run } = files;
  const call = callOf(run);
  const { branch, snapshot } = refsOf(run.runId);
  const tree = await stageFiles(files, "all", call);
  const refs = await readCommits(git, [branch, snapshot], call);
  const tip = refs.get(branch)?.commit ?? run.base;
  if ((refs.get(branch)?.tree ?? (await treeOf(git, tip, call))) === tree) return;
  const message = outcomeMessage({ subject: `Not committed by run ${run.runId}`, runId: run.runId, base: run.base });
  const commit = await writeCommit(git, { tree, parent: tip, message }, call);
  // A run that is resumed may leave more than one behind: the newest is the one to look at, and what it replaces is its own past.
  await changeRefs(git, [{ name: snapshot, from: refs.get(snapshot)?.commit, to: commit }], call);
}

async function removing(path: string, removal: Promise<void>): Promise<void> {
  await removal.catch((cause: unknown) => {
    throw new OutcomeFailedError("remove what is no longer needed", path, { cause });
  });
}
