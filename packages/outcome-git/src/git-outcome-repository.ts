import { mkdir, rm, rmdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import {
  outcomeBranch,
  OutcomeClosedError,
  OutcomeCommitError,
  OutcomeExistsError,
  type OutcomeChangeRange,
  OutcomeFailedError,
  type OutcomeRepository,
  type RunOutcome,
} from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { ensureRepository, indexFile, updateMain } from "./bare-repository.ts";
import type { CaptureRules } from "./capture-rules.ts";
import { baseOf, changesBetween, isCommit, patchBetween } from "./commits.ts";
import { type Git, type GitAuthor, type GitCall, type GitProgram, hardenedGit } from "./git.ts";
import { makeDirectory } from "./make-directory.ts";
import { changeRefs, readCommits, readRefs, refsOf, treeOf } from "./refs.ts";
import { reopenTree, type RunTree } from "./reopen-tree.ts";
import { refOf } from "./run-commits.ts";
import { gitRunOutcome } from "./run-outcome.ts";

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
}

const DEFAULT_AUTHOR: GitAuthor = { name: "DAD", email: "dad@localhost" };

interface Context {
  readonly git: Git;
  readonly options: GitOutcomeOptions;
  /** Working trees that are open. */
  readonly runs: Set<RunOutcome>;
  closed: boolean;
}

/**
 * Keeps outcomes in a git repository: the branch `run/<run id>` for each run, and a working tree that shares no index,
 * no checkout and no branch with that of any other run. Files are kept byte by byte; hooks, filters and settings of
 * users and trees take no part. Everything fails with `GIT_UNAVAILABLE` when there is no git of a sufficient version.
 */
export function gitOutcomeRepository(options: GitOutcomeOptions): OutcomeRepository {
  const { directory, workDirectory, seed } = options;
  for (const path of [directory, workDirectory, ...(seed === undefined ? [] : [seed])]) {
    if (!isAbsolute(path)) throw new TypeError(`the paths of a git outcome repository must be absolute, not ${JSON.stringify(path)}`);
  }
  const context: Context = { git: hardenedGit(options.author ?? DEFAULT_AUTHOR, options.git), options, runs: new Set(), closed: false };
  const ready = onceItWorks(() => prepare(context));
  const enter = async (signal: AbortSignal | undefined): Promise<GitCall> => {
    assertOpen(context, signal);
    await ready();
    assertOpen(context, signal);
    return { gitDir: directory, signal };
  };

  return {
    capabilities: { durable: true, directory: true },
    location: directory,

    async open(runId, { from, resume = false, signal } = {}) {
      return openRun(context, { runId, from, resume }, await enter(signal));
    },

    async find(runId, { signal } = {}) {
      const call = await enter(signal);
      const { branch, base } = refsOf(runId);
      const refs = await readCommits(context.git, [branch, base], call);
      const tip = refs.get(branch);
      return tip === undefined || tip.commit === refs.get(base)?.commit ? undefined : refOf(runId, tip);
    },

    async changes(to, { from, signal } = {}) {
      const call = await enter(signal);
      return changesBetween(context.git, await rangeOf(context, { from, to }, call), call);
    },

    async patch(to, { from, signal } = {}) {
      const call = await enter(signal);
      return patchBetween(context.git, await rangeOf(context, { from, to }, call), call);
    },

    async [Symbol.asyncDispose]() {
      context.closed = true;
      await closeAll(context);
    },
  };
}

/** Closes every run, whatever becomes of the others. One that is being closed already is only waited for. */
async function closeAll({ runs, options }: Context): Promise<void> {
  const closings = await Promise.allSettled([...runs].map((run) => run[Symbol.asyncDispose]()));
  const failures = closings.flatMap((closing): unknown[] => (closing.status === "rejected" ? [closing.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length === 0) return;
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  const cause = new AggregateError(failures, messages.join("; "));
  throw new OutcomeFailedError(`close ${failures.length} runs`, options.directory, { cause });
}

function assertOpen({ closed, options }: Context, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  if (closed) throw new OutcomeClosedError(`the outcome repository ${options.directory}`);
}

async function prepare({ git, options }: Context): Promise<void> {
  await makeDirectory(options.workDirectory);
  await git.assertAvailable(options.workDirectory);
  await ensureRepository(git, options.directory);
}

/** Does something once for all who ask. After a failure the next one tries again. */
function onceItWorks(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () =>
    (done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    }));
}

async function assertCommits({ git, options }: Context, commits: readonly string[], call: GitCall): Promise<void> {
  for (const commit of commits) if (!(await isCommit(git, commit, call))) throw new OutcomeCommitError(commit, options.directory);
}

/** Both ends of a comparison: without another one it begins at what the run of the commit started from. */
async function rangeOf(
  context: Context,
  { from, to }: { readonly from: string | undefined; readonly to: string },
  call: GitCall,
): Promise<OutcomeChangeRange> {
  await assertCommits(context, from === undefined ? [to] : [to, from], call);
  return { from: from ?? (await baseOf(context.git, to, call)), to };
}

interface RunRequest {
  readonly runId: RunId;
  readonly from: string | undefined;
  readonly resume: boolean;
}

async function openRun(context: Context, { runId, from, resume }: RunRequest, call: GitCall): Promise<RunOutcome> {
  const { git, options, runs } = context;
  const workTree = join(options.workDirectory, runId);
  const index = indexFile(options.directory, runId);
  const opened = { runId, gitDir: options.directory, workTree, index, rules: options.capture };
  const reopened = resume ? await reopenTree(git, opened, call) : undefined;
  const base = reopened ?? (await makeTree(context, { ...opened, from }, call));
  const start = { branch: outcomeBranch(runId), commit: base, tree: await treeOf(git, base, call) };
  const run: RunOutcome = gitRunOutcome(git, { ...opened, base, start, fresh: reopened === undefined }, () => runs.delete(run));
  runs.add(run);
  return run;
}

interface NewTree extends RunTree {
  readonly from: string | undefined;
}

/** Makes the branch and the working tree of a run, and answers what it starts from. */
async function makeTree({ git, options, ...context }: Context, { runId, workTree, index, from }: NewTree, call: GitCall): Promise<string> {
  await assertNew(git, runId, call);
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
