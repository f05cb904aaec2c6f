import type { OutcomeRef, RunId } from "@dad/protocol";
import { isAbsolute, join } from "node:path";
import { OutcomeClosedError, OutcomeConflictError, OutcomeExistsError, OutcomeRevisionError } from "./errors.ts";
import { fillDirectory } from "./fill-directory.ts";
import { assertNoSecrets } from "./memory/assert-no-secrets.ts";
import { planBring } from "./memory/bring.ts";
import { logOf, summariesOf } from "./memory/history.ts";
import { patchBetween } from "./memory/patch.ts";
import { addCommit, assertOpen, type Branch, commitOf, LOCATION, refOf, startOf, type Store, treesOf } from "./memory/store.ts";
import { byPath, changesBetween, copyOf, digestOf, type Tree, treeOf } from "./memory/tree.ts";
import { openPlaceInDirectory, placeInMemory, type WorkPlace } from "./memory/work-place.ts";
import { readWorkTree, writeWorkFile } from "./memory/work-tree.ts";
import { outcomeBranch, outcomeMessage } from "./outcome-commit.ts";
import { assertOutcomePath } from "./outcome-path.ts";
import type {
  CommitOptions,
  OpenOutcomeOptions,
  OutcomeChangeRange,
  OutcomeCheckout,
  OutcomeFile,
  OutcomeRepository,
  RunOutcome,
} from "./outcome-repository.ts";
import { takeTurns } from "./turns.ts";

export interface MemoryOutcomeOptions {
  /** What every run starts from. Default: nothing. */
  readonly base?: readonly OutcomeFile[];
  /**
   * An absolute path, below which each run that is open has a directory of its own: for nodes that work with files. Default:
   * runs have none. A commit holds all files of the directory, whatever its `.gitignore` says, and no links: with one, it is
   * refused (`OUTCOME_PATH_INVALID`).
   */
  readonly workDirectory?: string;
}

/** An {@link OutcomeRepository} whose commits can be looked at. */
export interface MemoryOutcomeRepository extends OutcomeRepository {
  /** The whole message of a commit, or `undefined`. */
  message(commit: string): string | undefined;
  /** The files of a commit in the order of their paths, or `undefined`. */
  files(commit: string): readonly OutcomeFile[] | undefined;
}

/**
 * The regular files of a directory and of those in it, for `base`. Links and what belongs to a repository itself (`.git`) are left out.
 *
 * @throws OutcomeFailedError (`OUTCOME_FAILED`) when it cannot be read.
 */
export async function filesIn(directory: string): Promise<readonly OutcomeFile[]> {
  return [...(await readWorkTree(directory)).files.values()];
}

/** Keeps outcomes in this process. For tests and throw-away runs. */
export function memoryOutcomeRepository(options: MemoryOutcomeOptions = {}): MemoryOutcomeRepository {
  const { base: files = [], workDirectory } = options;
  if (workDirectory !== undefined && !isAbsolute(workDirectory)) throw new TypeError(`workDirectory must be an absolute path, not ${workDirectory}`);
  const store: Store = { workDirectory, commits: new Map(), branches: new Map(), open: new Set(), closed: false };
  const root = addCommit(store, { tree: treeOf(files), message: "Base\n" });

  return {
    capabilities: { durable: false, directory: workDirectory !== undefined, revisions: false },
    location: LOCATION,

    async open(runId, { from, revision, resume = false, secrets, signal } = {}) {
      assertOpen(store, signal);
      if (revision !== undefined) assertStarted(store, runId, { from, revision, resume });
      return await openOutcome(store, runId, { from: from ?? root, resume, secrets });
    },

    ...readersOf(store),

    message: (commit) => store.commits.get(commit)?.message,
    files(commit) {
      const tree = store.commits.get(commit)?.tree;
      return tree && [...tree].toSorted(byPath).map(([, file]) => copyOf(file));
    },

    async [Symbol.asyncDispose]() {
      store.closed = true;
      for (const run of store.open) await run[Symbol.asyncDispose]();
    },
  };
}

function readersOf(store: Store): Omit<OutcomeRepository, "capabilities" | "location" | "open" | typeof Symbol.asyncDispose> {
  return {
    async find(runId, { signal } = {}) {
      assertOpen(store, signal);
      const branch = outcomeBranch(runId);
      const commit = store.branches.get(runId)?.tip;
      return commit === undefined ? undefined : refOf(store, branch, commit);
    },

    async changes(to, { from, signal } = {}) {
      assertOpen(store, signal);
      return changesBetween(...treesOf(store, to, from));
    },

    async patch(to, { from, signal } = {}) {
      assertOpen(store, signal);
      return patchBetween(...treesOf(store, to, from));
    },

    async *list({ signal } = {}) {
      assertOpen(store, signal);
      yield* summariesOf(store);
    },

    async log(to, { from, signal } = {}) {
      assertOpen(store, signal);
      return logOf(store, to, from);
    },

    async checkout(commit, directory, { signal } = {}) {
      assertOpen(store, signal);
      return checkoutTree(commitOf(store, commit).tree, directory, signal);
    },
  };
}

async function checkoutTree(tree: Tree, directory: string, signal: AbortSignal | undefined): Promise<OutcomeCheckout> {
  const writeAll = async (fresh: string): Promise<void> => {
    for (const file of tree.values()) {
      signal?.throwIfAborted();
      await writeWorkFile(fresh, file);
    }
  };
  await fillDirectory(directory, writeAll, signal ? { signal } : {});
  return { files: tree.size, missing: [] };
}

interface RevisionRequest {
  readonly from: string | undefined;
  readonly revision: string;
  readonly resume: boolean;
}

/** There is no repository whose revisions a run could start from. Only one that goes on where it is needs none. */
function assertStarted(store: Store, runId: RunId, { from, revision, resume }: RevisionRequest): void {
  if (from !== undefined) throw new TypeError("a run starts from a commit or from a revision, not from both");
  if (resume && store.branches.has(runId)) return;
  throw new OutcomeRevisionError(revision, { repository: undefined, reason: "outcomes in memory know no repository of the project" });
}

interface Opening extends Pick<MemoryRun, "secrets"> {
  readonly from: string;
  readonly resume: boolean;
}

async function openOutcome(store: Store, runId: RunId, { from, resume, secrets }: Opening): Promise<RunOutcome> {
  const { tree } = commitOf(store, from);
  const name = outcomeBranch(runId);
  const before = store.branches.get(runId);
  if (before && !resume) throw new OutcomeExistsError(runId, `branch ${name} in ${LOCATION}`);
  const branch: Branch = before ?? { base: from, files: new Map(tree), tip: undefined };
  // Claimed before anything is waited for: of several that open a run, one gets it.
  store.branches.set(runId, branch);
  try {
    const run = memoryRunOutcome(store, branch, { runId, secrets, place: await openPlace(store, runId, branch) });
    store.open.add(run);
    return run;
  } catch (error) {
    if (!before) store.branches.delete(runId);
    throw error;
  }
}

async function openPlace({ workDirectory }: Store, runId: RunId, { files }: Branch): Promise<WorkPlace> {
  if (workDirectory === undefined) return placeInMemory(files);
  return await openPlaceInDirectory(join(workDirectory, runId), files.values());
}

interface MemoryRun {
  readonly runId: RunId;
  readonly place: WorkPlace;
  readonly secrets: OpenOutcomeOptions["secrets"] | undefined;
}

function memoryRunOutcome(store: Store, branch: Branch, opened: MemoryRun): RunOutcome {
  const { runId, place } = opened;
  const inTurn = takeTurns();
  let closed = false;
  const assertUsable = (signal?: AbortSignal): void => {
    assertOpen(store, signal);
    if (closed) throw new OutcomeClosedError(`the outcome of run ${runId}`);
  };

  const run: RunOutcome = {
    runId,
    branch: outcomeBranch(runId),
    start: startOf(store, outcomeBranch(runId), branch.base),
    directory: place.directory,

    async write(file) {
      assertUsable();
      await place.write(file);
    },

    async read(path) {
      assertUsable();
      assertOutcomePath(path);
      return await place.read(path);
    },

    async commit(options: CommitOptions): Promise<OutcomeRef> {
      assertUsable(options.signal);
      return inTurn(() => commitFiles(store, branch, { ...options, ...opened }));
    },

    async bring(change, { signal } = {}) {
      assertUsable(signal);
      return inTurn(() => bringChanges(store, place, change));
    },

    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      store.open.delete(run);
      branch.files = await inTurn(() => place.close());
    },
  };
  return run;
}

async function commitFiles(store: Store, branch: Branch, { runId, place, secrets, ...options }: CommitOptions & MemoryRun): Promise<OutcomeRef> {
  const { base, tip = base } = branch;
  const name = outcomeBranch(runId);
  const message = outcomeMessage({ ...options, runId, base });
  const tree = await place.tree();
  const unchanged = options.onlyChanged && digestOf(tree) === commitOf(store, tip).treeId;
  if (!unchanged) assertNoSecrets(tree, commitOf(store, tip).tree, secrets?.() ?? []);
  if (!unchanged) branch.tip = addCommit(store, { tree, message, base, parent: tip });
  return branch.tip === undefined ? startOf(store, name, base) : refOf(store, name, branch.tip);
}

async function bringChanges(store: Store, place: WorkPlace, change: OutcomeChangeRange): Promise<void> {
  const [from, to] = [commitOf(store, change.from).tree, commitOf(store, change.to).tree];
  const { changes, conflicts } = planBring({ from, to }, await place.look());
  if (conflicts.length > 0) throw new OutcomeConflictError(change, conflicts);
  await place.change(changes);
}
