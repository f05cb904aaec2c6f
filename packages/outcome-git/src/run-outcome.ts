import { rm } from "node:fs/promises";
import { type CommitOptions, outcomeBranch, OutcomeClosedError, outcomeMessage, type RunOutcome } from "@dad/outcome";
import type { OutcomeRef, RunId } from "@dad/protocol";
import type { Git } from "./git.ts";
import { changeRefs, readRefs, refsOf, treeOf, writeCommit } from "./refs.ts";
import { type LinkRule, type StageCall, stageTree } from "./stage.ts";
import { assertRoot, readTreeFile, writeTreeFile } from "./working-tree.ts";

export interface GitRun {
  readonly runId: RunId;
  /** The commit that the run started from. */
  readonly base: string;
  /** The bare repository. */
  readonly gitDir: string;
  readonly workTree: string;
  readonly index: string;
}

/** The working tree of a run that is open. `onClosed` is told when it is gone. */
export function gitRunOutcome(git: Git, run: GitRun, onClosed: () => void): RunOutcome {
  const { runId, workTree } = run;
  const inTurn = oneAfterAnother();
  let closing: Promise<void> | undefined;
  const assertOpen = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (closing) throw new OutcomeClosedError(`the outcome of run ${runId}`);
  };

  async function close(): Promise<void> {
    await inTurn(() => keepUncommitted(git, run));
    await rm(workTree, { recursive: true, force: true });
    await rm(run.index, { force: true });
    onClosed();
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
    [Symbol.asyncDispose]: () => (closing ??= close()),
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

/** What was not committed is no outcome, but it is somebody's work: it stays reachable under a ref of its own. */
async function keepUncommitted(git: Git, run: GitRun): Promise<void> {
  const call = callOf(run);
  const { branch, snapshot } = refsOf(run.runId);
  const tree = await stage(git, "all", call);
  const tip = (await readRefs(git, [branch], call)).get(branch) ?? run.base;
  if ((await treeOf(git, tip, call)) === tree) return;
  const message = outcomeMessage({ subject: `Not committed by run ${run.runId}`, runId: run.runId, base: run.base });
  const commit = await writeCommit(git, { tree, parent: tip, message }, call);
  await changeRefs(git, [{ name: snapshot, from: undefined, to: commit }], call);
}

async function stage(git: Git, links: LinkRule, call: StageCall): Promise<string> {
  await assertRoot(call.workTree);
  return stageTree(git, { links }, call);
}

function callOf({ gitDir, workTree, index }: GitRun, signal?: AbortSignal): StageCall {
  return { gitDir, workTree, index, signal };
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
