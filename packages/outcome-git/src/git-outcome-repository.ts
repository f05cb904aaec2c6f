import { isAbsolute } from "node:path";
import { type AbortOptions, type OutcomeChangeRange, OutcomeFailedError, type OutcomeRepository } from "@dad/outcome";
import { ensureRepository } from "./bare-repository.ts";
import { checkoutCommit } from "./history/checkout.ts";
import { baseOf, changesBetween, patchBetween } from "./git/commits.ts";
import { type GitCall, hardenedGit } from "./git/git.ts";
import { assertCommits, assertOpen, type GitContext, type GitOutcomeOptions } from "./git-context.ts";
import { logBetween, summariesOf } from "./history/history.ts";
import { largeFilesOf, pointersIn } from "./large-files/large-files.ts";
import { makeDirectory } from "./git/make-directory.ts";
import { mergeCommit, type MergeOptions, type OutcomeMerge } from "./merge/merge.ts";
import { openRun } from "./run/open-run.ts";
import { readCommits, refsOf } from "./git/refs.ts";
import { refOf } from "./run/run-commits.ts";
import { findRevision } from "./project/find-revision.ts";
import { countUncommitted, type UncommittedChanges } from "./project/uncommitted.ts";

export interface GitOutcomeRepository extends OutcomeRepository {
  /**
   * Merges a commit of a run, named by its whole id, into a branch: of the project's own repository when the run started from a
   * revision of it, else of this one. No working tree, hook, filter, driver or setting takes part. The branch moves when all is
   * there, and only from where it was; one that is checked out stays, and the answer says how to move it together with its files.
   *
   * `OUTCOME_MERGE_CONFLICT` when both sides changed the same, `OUTCOME_MERGE_REFUSED` for a branch that nothing can be merged
   * into, `GIT_UNAVAILABLE` for a git before 2.38 that would have to merge: nothing is changed then. `OUTCOME_COMMIT_UNKNOWN`.
   */
  merge(commit: string, options?: MergeOptions): Promise<OutcomeMerge>;
  /**
   * The id of the commit that a revision of the project means now: what a run would start from. Nothing is made or brought for it.
   * @throws OutcomeRevisionError (`OUTCOME_REVISION_UNKNOWN`). `GIT_UNAVAILABLE`.
   */
  resolve(revision: string, options?: AbortOptions): Promise<string>;
  /** What a run that starts from a revision of the project does without. `undefined`: there is no working copy of the project. */
  uncommitted(options?: AbortOptions): Promise<UncommittedChanges | undefined>;
}

/**
 * Keeps outcomes in a git repository: the branch `run/<run id>` for each run, and a working tree that shares no index,
 * no checkout and no branch with that of any other run. Files are kept byte by byte; hooks, filters and settings of
 * users and trees take no part. Everything fails with `GIT_UNAVAILABLE` when there is no git of a sufficient version.
 */
export function gitOutcomeRepository(options: GitOutcomeOptions): GitOutcomeRepository {
  const { directory, workDirectory, seed, project } = options;
  for (const path of [directory, workDirectory, seed, project]) {
    if (path !== undefined && !isAbsolute(path))
      throw new TypeError(`the paths of a git outcome repository must be absolute, not ${JSON.stringify(path)}`);
  }
  const context: GitContext = { git: hardenedGit(options.author, options.git), options, runs: new Set(), closed: false };
  const ready = onceItWorks(() => prepare(context));
  const enter: Enter = async (signal) => {
    assertOpen(context, signal);
    await ready();
    assertOpen(context, signal);
    return { gitDir: directory, signal };
  };

  return {
    capabilities: { durable: true, directory: true, revisions: project !== undefined },
    location: directory,

    async open(runId, { from, revision, resume = false, secrets, signal } = {}) {
      return openRun(context, { runId, from, revision, resume, secrets }, await enter(signal));
    },

    ...readersOf(context, enter),

    async merge(commit, merging = {}) {
      return mergeCommit(context, { ...merging, commit }, await enter(merging.signal));
    },

    async resolve(revision, { signal } = {}) {
      assertOpen(context, signal);
      if (project !== undefined) await context.git.assertAvailable(project);
      return (await findRevision(context, revision, signal)).commit;
    },

    async uncommitted({ signal } = {}) {
      return countUncommitted(context, await enter(signal));
    },

    async [Symbol.asyncDispose]() {
      context.closed = true;
      await closeAll(context);
    },
  };
}

/** Asks for entry before anything is done, with the signal of whoever asks. */
type Enter = (signal: AbortSignal | undefined) => Promise<GitCall>;

function readersOf(context: GitContext, enter: Enter): Omit<OutcomeRepository, "capabilities" | "location" | "open" | typeof Symbol.asyncDispose> {
  const { git } = context;
  return {
    async find(runId, { signal } = {}) {
      const call = await enter(signal);
      const { branch, base } = refsOf(runId);
      const refs = await readCommits(git, [branch, base], call);
      const tip = refs.get(branch);
      if (tip === undefined || tip.commit === refs.get(base)?.commit) return undefined;
      return { ...refOf(runId, tip), ...largeFilesOf(await pointersIn(git, tip.tree, call)) };
    },

    async changes(to, { from, signal } = {}) {
      const call = await enter(signal);
      return changesBetween(git, await rangeOf(context, { from, to }, call), call);
    },

    async patch(to, { from, signal } = {}) {
      const call = await enter(signal);
      return patchBetween(git, await rangeOf(context, { from, to }, call), call);
    },

    async *list({ signal } = {}) {
      yield* summariesOf(git, await enter(signal));
    },

    async log(to, { from, signal } = {}) {
      const call = await enter(signal);
      await assertCommits(context, from === undefined ? [to] : [to, from], call);
      return logBetween(git, { to, from }, call);
    },

    async checkout(commit, directory, { signal } = {}) {
      const call = await enter(signal);
      await assertCommits(context, [commit], call);
      return checkoutCommit(git, { commit, directory, store: context.options.capture?.large?.store }, call);
    },
  };
}

/** Closes every run, whatever becomes of the others. One that is being closed already is only waited for. */
async function closeAll({ runs, options }: GitContext): Promise<void> {
  const closings = await Promise.allSettled([...runs].map((run) => run[Symbol.asyncDispose]()));
  const failures = closings.flatMap((closing): unknown[] => (closing.status === "rejected" ? [closing.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length === 0) return;
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  const cause = new AggregateError(failures, messages.join("; "));
  throw new OutcomeFailedError(`close ${failures.length} runs`, options.directory, { cause });
}

async function prepare({ git, options }: GitContext): Promise<void> {
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

/** Both ends of a comparison: without another one it begins at what the run of the commit started from. */
async function rangeOf(
  context: GitContext,
  { from, to }: { readonly from: string | undefined; readonly to: string },
  call: GitCall,
): Promise<OutcomeChangeRange> {
  await assertCommits(context, from === undefined ? [to] : [to, from], call);
  return { from: from ?? (await baseOf(context.git, to, call)), to };
}
