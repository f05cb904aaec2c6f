import { join, resolve } from "node:path";
import { type DiskFs, kernelLocks, type Locks, lookAtAll, nodeDisk } from "@dad/disk";
import { type Durability, RunId } from "@dad/protocol";
import { checkReading } from "../checked-reading.ts";
import { checkedRunId, headOfNothing } from "../entry.ts";
import { RunExistsError, RunUnknownError } from "../errors.ts";
import type { AbortOptions, Journal, JournalStore, OpenOptions, ReadOptions, RunListing } from "../journal-store.ts";
import { journalWriter } from "../journal-writer.ts";
import { followJournal } from "./follow-journal.ts";
import { lastEpochOf } from "./last-epoch.ts";
import { entriesOf, fileSink, type FoundEntries, lastPlace } from "./journal-file.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { retainOrigin } from "./retain-origin.ts";
import { hasJournal, isRetained, JOURNAL, journalPath, retainedPath } from "./run-directory.ts";
import { announcedOwner, type LeaseRoot, livingOwner, takeLease } from "./run-lease.ts";
import { ifFree, ifPresent, makeDirectory, onDisk, sync, syncAncestors, syncDirectory } from "./storage.ts";
import { cutTornTail, replaceByCopy } from "./torn-tail.ts";

export interface DiskJournalStoreOptions {
  /** The directory that holds the runs, one directory each. It is made when the first run is. */
  readonly root: string;
  /** `relaxed` does not wait for the disk: what was acknowledged outlives the process, but not a power loss. Default `strict`. */
  readonly durability?: Exclude<Durability, "memory">;
  /** Default: the disk of this machine. */
  readonly fs?: DiskFs;
  /** What keeps a run to one writer. Must fit `fs`. Default: locks that the kernel keeps. */
  readonly locks?: Locks;
}

interface Store extends LeaseRoot {
  readonly durability: Exclude<Durability, "memory">;
}

/**
 * A {@link JournalStore} in a directory: a run is `<root>/<runId>/journal.jsonl`, one canonical JSON
 * line for each entry. Any number of processes may use one directory; readers lock nothing.
 *
 * A run id is claimed by making the directory of the run. When the process dies before it made the
 * journal in it, the id stays taken and there is no run: it is neither listed nor read. A run that has
 * an empty journal is a run in which nothing happened yet.
 *
 * What a run retains of others is in `.origins/<runId>.jsonl` of its directory: a second name of the journal of that run, or a
 * copy where the file system has no such names.
 *
 * Errors: those of the port, and `JOURNAL_STORAGE_FAILED`.
 */
export function diskJournalStore(options: DiskJournalStoreOptions): JournalStore {
  const { durability = "strict", fs = nodeDisk, locks = kernelLocks() } = options;
  const store: Store = { fs, locks, root: resolve(options.root), durability, queue: oneAtATime() };
  return {
    capabilities: { durability, shared: true },
    create: async (runId, { signal } = {}) => createRun(store, checkedRunId(runId), signal),
    open: async (runId, openOptions = {}) => openRun(store, checkedRunId(runId), openOptions),
    read: (runId, readOptions = {}) => readRun(store, runId, readOptions),
    async retain(runId, origin, retainOptions = {}) {
      const { via } = retainOptions;
      if (via !== undefined) checkedRunId(via);
      await retainOrigin(store, { ...retainOptions, runId: checkedRunId(runId), origin: checkedRunId(origin) });
    },
    async owner(runId, { signal } = {}) {
      checkedRunId(runId);
      signal?.throwIfAborted();
      return livingOwner(store, runId);
    },
    list: ({ signal } = {}) => listRuns(store, signal),
  };
}

async function createRun(store: Store, runId: RunId, signal: AbortOptions["signal"]): Promise<Journal> {
  signal?.throwIfAborted();
  const { fs, root, durability } = store;
  const directory = join(root, runId);
  const path = journalPath(store, runId);
  await makeDirectory(fs, root, { durable: false });
  const isFirst = await ifFree("make", directory, fs.mkdir(directory));
  if (!isFirst) throw new RunExistsError(runId, { owner: await claimantOf(store, runId) });
  return orUndo(async (undo) => {
    undo(() => fs.rmdir(directory));
    const lease = await takeLease(store, runId, { isNew: true, lastEpoch: async () => 0 });
    undo(() => lease.release());
    signal?.throwIfAborted();
    const file = await onDisk("create", path, fs.open(path, "ax"));
    undo(() => fs.unlink(path));
    undo(() => file.close());
    await syncNames(store, runId);
    signal?.throwIfAborted();
    return journalWriter({ runId, epoch: 1, head: headOfNothing(), sink: fileSink({ file, path }, { durability, lease }) });
  });
}

async function openRun(store: Store, runId: RunId, { signal, takeOver, replay }: OpenOptions): Promise<Journal> {
  signal?.throwIfAborted();
  const { fs, root, durability } = store;
  if (!(await hasJournal(store, runId))) throw new RunUnknownError(runId, root);
  const path = journalPath(store, runId);
  return orUndo(async (undo) => {
    const lease = await takeLease(store, runId, { lastEpoch: () => lastEpochOf(fs, path), ...(takeOver ? { takeOver } : {}) });
    undo(() => lease.release());
    if (lease.inherited) await replaceByCopy(fs, path, (replace) => lease.whileHeld(replace));
    const file = await onDisk("open", path, fs.open(path, "a+"));
    undo(() => file.close());
    // From here on all is done through this file: whoever takes the run over puts another one in its place.
    await lease.assertHeld();
    const { head, end } = await lastPlace({ file, path, runId }, { signal, replay });
    signal?.throwIfAborted();
    const torn = await cutTornTail(fs, { file, path, end });
    // Whoever wrote it may have promised less, or not have come to keep the promise.
    await Promise.all([syncNames(store, runId), ...(durability === "strict" ? [sync(file, path)] : [])]);
    const epoch = Math.max(lease.epoch, head.epoch + 1);
    const journal = journalWriter({ runId, epoch, head, sink: fileSink({ file, path }, { durability, lease }) });
    const recovered = torn && (await journal.append({ type: "journal.recovered", ...torn }));
    if (recovered) replay?.(recovered);
    signal?.throwIfAborted();
    return journal;
  });
}

/** Makes durable that there is a run, and every name that leads to its journal. */
async function syncNames({ fs, root, durability }: Store, runId: RunId): Promise<void> {
  if (durability !== "strict") return;
  await Promise.all([syncDirectory(fs, join(root, runId)), syncDirectory(fs, root), syncAncestors(fs, root)]);
}

async function* readRun(store: Store, runId: RunId, options: ReadOptions) {
  const { from = 1, follow = false, through, signal } = options;
  checkReading(runId, options);
  signal?.throwIfAborted();
  const path = await readablePath(store, runId, through);
  const { fs } = store;
  const found = follow ? followJournal({ fs, path, runId, signal }) : readJournal(fs, { path, runId });
  for await (const { events } of found) {
    for (const event of events) {
      signal?.throwIfAborted();
      if (event.seq >= from) yield event;
    }
  }
  signal?.throwIfAborted();
}

/** Where it is read: what another run retains of it, or its own journal. */
async function readablePath(store: Store, runId: RunId, through: RunId | undefined): Promise<string> {
  if (through !== undefined && (await isRetained(store, through, runId))) return retainedPath(store, through, runId);
  if (await hasJournal(store, runId)) return journalPath(store, runId);
  throw new RunUnknownError(runId, store.root);
}

async function* readJournal(fs: DiskFs, { path, runId }: { readonly path: string; readonly runId: RunId }): AsyncGenerator<FoundEntries, void> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) throw new RunUnknownError(runId);
  try {
    yield* entriesOf({ file, path, runId });
  } finally {
    await file.close();
  }
}

async function* listRuns({ fs, root }: Store, signal: AbortOptions["signal"]): AsyncGenerator<RunListing, void> {
  signal?.throwIfAborted();
  const entries = (await ifPresent("list", root, fs.readdir(root, { withFileTypes: true }))) ?? [];
  const runIds = entries.flatMap((entry) => {
    const runId = entry.isDirectory() ? RunId.safeParse(entry.name) : undefined;
    return runId?.success ? [runId.data] : [];
  });
  signal?.throwIfAborted();
  const journals = await onDisk(
    "look at",
    root,
    lookAtAll(
      fs,
      runIds.map((runId) => join(root, runId, JOURNAL)),
    ),
  );
  for (const [index, journal] of journals.entries()) {
    signal?.throwIfAborted();
    if (journal?.isFile()) yield { runId: runIds[index]!, version: `${journal.ino}.${journal.size}.${journal.mtimeMs}` };
  }
  signal?.throwIfAborted();
}

/** Who has a run that was claimed already. Before there is a journal, that has not been said. */
async function claimantOf(store: Store, runId: RunId) {
  return (await hasJournal(store, runId)) ? await livingOwner(store, runId) : await announcedOwner(store, runId);
}

/** Does several steps. When one fails, what the ones before it did is undone, the last first. */
async function orUndo<T>(steps: (undo: (step: () => Promise<void>) => void) => Promise<T>): Promise<T> {
  const undoing: Array<() => Promise<void>> = [];
  try {
    return await steps((step) => undoing.unshift(step));
  } catch (error) {
    // Why it failed says more than that it could not be undone either.
    for (const step of undoing) await step().catch(() => undefined);
    throw error;
  }
}
