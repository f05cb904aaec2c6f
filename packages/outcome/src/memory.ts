import { createHash } from "node:crypto";
import type { OutcomeRef, RunId } from "@dad/protocol";
import { OutcomeClosedError, OutcomeCommitError, OutcomeExistsError, OutcomePathError } from "./errors.ts";
import { outcomeBranch, outcomeMessage } from "./outcome-commit.ts";
import { assertOutcomePath } from "./outcome-path.ts";
import type { CommitOptions, OutcomeChange, OutcomeFile, OutcomeRepository, RunOutcome } from "./outcome-repository.ts";

export interface MemoryOutcomeOptions {
  /** What every run starts from. Default: nothing. */
  readonly base?: readonly OutcomeFile[];
}

/** An {@link OutcomeRepository} whose commits can be looked at. */
export interface MemoryOutcomeRepository extends OutcomeRepository {
  /** The whole message of a commit, or `undefined`. */
  message(commit: string): string | undefined;
}

type Tree = ReadonlyMap<string, OutcomeFile>;

interface Commit {
  readonly tree: Tree;
  readonly message: string;
  /** The commit that its run started from. */
  readonly base: string;
}

interface Branch {
  readonly base: string;
  /** The working tree, as it is or was left. */
  readonly files: Map<string, OutcomeFile>;
  tip: string | undefined;
}

interface Store {
  readonly commits: Map<string, Commit>;
  readonly branches: Map<RunId, Branch>;
  closed: boolean;
}

const LOCATION = "memory";

/** Keeps outcomes in this process. For tests and throw-away runs. */
export function memoryOutcomeRepository(options: MemoryOutcomeOptions = {}): MemoryOutcomeRepository {
  const store: Store = { commits: new Map(), branches: new Map(), closed: false };
  const root = addCommit(store, { tree: treeOf(options.base ?? []), message: "Base\n" });

  return {
    capabilities: { durable: false, directory: false },
    location: LOCATION,

    async open(runId, { from, resume = false, signal } = {}) {
      assertOpen(store, signal);
      const base = from ?? root;
      const { tree } = commitOf(store, base);
      const name = outcomeBranch(runId);
      const before = store.branches.get(runId);
      if (before && !resume) throw new OutcomeExistsError(runId, `branch ${name} in ${LOCATION}`);
      const branch: Branch = before ?? { base, files: new Map(tree), tip: undefined };
      store.branches.set(runId, branch);
      return memoryRunOutcome(store, runId, branch);
    },

    async find(runId, { signal } = {}) {
      assertOpen(store, signal);
      const branch = outcomeBranch(runId);
      const commit = store.branches.get(runId)?.tip;
      return commit === undefined ? undefined : { branch, commit };
    },

    async changes(to, { from, signal } = {}) {
      assertOpen(store, signal);
      const commit = commitOf(store, to);
      return changesBetween(commitOf(store, from ?? commit.base).tree, commit.tree);
    },

    message: (commit) => store.commits.get(commit)?.message,

    async [Symbol.asyncDispose]() {
      store.closed = true;
    },
  };
}

function memoryRunOutcome(store: Store, runId: RunId, branch: Branch): RunOutcome {
  const { base, files } = branch;
  let closed = false;
  const assertUsable = (signal?: AbortSignal): void => {
    assertOpen(store, signal);
    if (closed) throw new OutcomeClosedError(`the outcome of run ${runId}`);
  };

  return {
    runId,
    branch: outcomeBranch(runId),
    directory: undefined,

    async write(file) {
      assertUsable();
      put(files, file);
    },

    async read(path) {
      assertUsable();
      assertOutcomePath(path);
      const file = files.get(path);
      return file && copyOf(file);
    },

    async commit(options: CommitOptions): Promise<OutcomeRef> {
      assertUsable(options.signal);
      const message = outcomeMessage({ ...options, runId, base });
      const commit = addCommit(store, { tree: new Map(files), message, base }, branch.tip);
      branch.tip = commit;
      return { branch: outcomeBranch(runId), commit };
    },

    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

function assertOpen(store: Store, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  if (store.closed) throw new OutcomeClosedError("the outcome repository in memory");
}

function commitOf(store: Store, id: string): Commit {
  const commit = store.commits.get(id);
  if (!commit) throw new OutcomeCommitError(id, LOCATION);
  return commit;
}

/** The base of all has no base and counts as its own. */
function addCommit({ commits }: Store, commit: Omit<Commit, "base"> & { readonly base?: string }, parent = ""): string {
  const hash = createHash("sha256").update(`${parent}\n${commit.message}`);
  for (const [path, file] of [...commit.tree].toSorted(byPath))
    hash.update(`\n${path}\0${file.executable}\0${file.content.byteLength}\0`).update(file.content);
  const id = hash.digest("hex");
  commits.set(id, { base: id, ...commit });
  return id;
}

function treeOf(files: readonly OutcomeFile[]): Tree {
  const tree = new Map<string, OutcomeFile>();
  for (const file of files) put(tree, file);
  return tree;
}

function put(files: Map<string, OutcomeFile>, file: OutcomeFile): void {
  assertOutcomePath(file.path);
  for (const path of files.keys()) {
    if (path.startsWith(`${file.path}/`)) throw new OutcomePathError(file.path, "it is a directory");
    if (file.path.startsWith(`${path}/`)) throw new OutcomePathError(file.path, `${path} is a file`);
  }
  files.set(file.path, copyOf(file));
}

function copyOf({ path, content, executable }: OutcomeFile): OutcomeFile {
  return { path, content: Uint8Array.from(content), executable };
}

function changesBetween(before: Tree, after: Tree): OutcomeChange[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].toSorted().flatMap((path) => {
    const kind = changeOf(before.get(path), after.get(path));
    return kind ? [{ path, kind }] : [];
  });
}

function changeOf(before: OutcomeFile | undefined, after: OutcomeFile | undefined): OutcomeChange["kind"] | undefined {
  if (!after) return "deleted";
  if (!before) return "added";
  return before.executable === after.executable && Buffer.from(before.content).equals(after.content) ? undefined : "modified";
}

function byPath([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
