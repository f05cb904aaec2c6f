import { isAbsolute } from "node:path";
import { type OutcomeChangeRange, OutcomeFailedError, type OutcomeRepository } from "@dad/outcome";
import { ensureRepository } from "./bare-repository.ts";
import { baseOf, changesBetween, patchBetween } from "./commits.ts";
import { type GitCall, hardenedGit } from "./git.ts";
import { assertCommits, assertOpen, DEFAULT_AUTHOR, type GitContext, type GitOutcomeOptions } from "./git-context.ts";
import { makeDirectory } from "./make-directory.ts";
import { openRun } from "./open-run.ts";
import { readCommits, refsOf } from "./refs.ts";
import { refOf } from "./run-commits.ts";

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
  const context: GitContext = { git: hardenedGit(options.author ?? DEFAULT_AUTHOR, options.git), options, runs: new Set(), closed: false };
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
