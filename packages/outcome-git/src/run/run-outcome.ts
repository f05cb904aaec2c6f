import {
  type CommitOptions,
  outcomeBranch,
  OutcomeClosedError,
  OutcomeFailedError,
  outcomeMessage,
  OutcomeNotKeptError,
  type RunOutcome,
  takeTurns,
} from "@dad/outcome";
import { DadError, type OutcomeRef } from "@dad/protocol";
import { bringChanges } from "../bring/bring.ts";
import type { Git } from "../git/git.ts";
import { removeIndex } from "../git/index-file.ts";
import type { LargeFiles } from "../large-files/kept-files.ts";
import { changeRefs, readCommits, refsOf, treeOf } from "../git/refs.ts";
import { callOf, commitFiles, firstOf, type GitRun, recordFiles, type RunFiles, type RunRef, type WorkFiles } from "./run-commits.ts";
import type { TreeIndex } from "../tree/tree-index.ts";
import { isGone, readTreeFile, removeTree, writeTreeFile } from "../tree/working-tree.ts";

/** A run that is opened. */
export interface OpenedRun extends GitRun {
  readonly start: RunRef;
  /** Nobody has worked on it before. */
  readonly fresh: boolean;
  /** What is known of its index. */
  readonly known: TreeIndex | undefined;
  readonly large: LargeFiles;
}

/** The working tree of a run that is open. `onClosed` is told when it is closed, also when that failed. */
export function gitRunOutcome(git: Git, { start, fresh, known, large, ...run }: OpenedRun, onClosed: () => void): RunOutcome {
  const { runId, workTree } = run;
  const last = fresh ? firstOf(run, start) : undefined;
  const files: RunFiles = { git, run, start, last, index: known, brought: new Set(), large };
  const inTurn = takeTurns();
  let closing: Promise<void> | undefined;
  const ending: Ending = { refused: undefined };
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
      return inTurn(() => commitAndNote(files, options, ending));
    },
    async bring(change, options = {}) {
      assertOpen(options.signal);
      return inTurn(() => bringChanges(files, change, options));
    },
    async [Symbol.asyncDispose]() {
      // Who closed it first is told of what went wrong.
      if (closing) return closing.catch(() => undefined);
      closing = inTurn(() => closeFiles(files, ending)).finally(onClosed);
      return closing;
    },
  };
}

interface Ending {
  /** Why the run could not end with the files that it has. */
  refused: unknown;
}

async function commitAndNote(files: RunFiles, options: CommitOptions, ending: Ending): Promise<OutcomeRef> {
  ending.refused = undefined;
  return await commitFiles(files, options).catch((error: unknown) => {
    if (options.final) ending.refused = error;
    throw error;
  });
}

/** What cannot be kept stays with its index, for whoever goes on with the run. So do files that are no outcome: somebody has to put them in order. */
async function closeFiles(files: RunFiles, { refused }: Ending): Promise<void> {
  await keepUncommitted(files);
  const { runId, workTree, index } = files.run;
  if (DadError.is(refused, "OUTCOME_PATH_INVALID") && !(await isGone(workTree))) throw new OutcomeNotKeptError(runId, workTree, { cause: refused });
  // A working tree with an index counts as whole: who is killed on the way must not leave a part of it with one.
  await removing(index, removeIndex(index));
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
export async function takeSnapshot(files: WorkFiles): Promise<void> {
  const { git, run } = files;
  const call = callOf(run);
  const { branch, nodes, snapshot } = refsOf(run.runId);
  const refs = await readCommits(git, [branch, nodes, snapshot], call);
  const on = refs.get(nodes) ?? refs.get(branch) ?? { commit: run.base, tree: await treeOf(git, run.base, call) };
  const message = outcomeMessage({ subject: `Not committed by run ${run.runId}`, runId: run.runId, base: run.base });
  const last = refs.get(snapshot);
  // A run that is resumed may leave more than one behind. It goes on from the last one only when nobody has moved the branch since.
  const besides = last && last.parent !== on.commit ? last.commit : undefined;
  const move = (to: string): Promise<void> => changeRefs(git, [{ name: snapshot, from: last?.commit, to }], call);
  await recordFiles(files, { on, besides, links: "all", message, onlyChanged: true, move }, call);
  // It may have more than the last commit.
  files.index = undefined;
}

async function removing(path: string, removal: Promise<void>): Promise<void> {
  await removal.catch((cause: unknown) => {
    throw new OutcomeFailedError("remove what is no longer needed", path, { cause });
  });
}
