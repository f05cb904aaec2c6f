import * as nodeFs from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DiskFs } from "@dad/disk";
import { RunId } from "@dad/protocol";
import { checkedRunId, headOfNothing } from "../entry.ts";
import { RunExistsError, RunUnknownError } from "../errors.ts";
import type { AbortOptions, JournalStore, ReadOptions } from "../journal-store.ts";
import { journalWriter } from "../journal-writer.ts";
import { cutTornTail, entriesOf, fileSink } from "./journal-file.ts";
import { claimRun, livingOwner } from "./run-claim.ts";
import { ifFree, ifPresent, makeDirectory, onDisk, syncDirectory } from "./storage.ts";

export interface DiskJournalStoreOptions {
  /** The directory that holds the runs, one directory each. It is made when the first run is. */
  readonly root: string;
  /** Default `node:fs/promises`. */
  readonly fs?: DiskFs;
}

/** A run root, and how it is reached. */
interface Disk {
  readonly fs: DiskFs;
  readonly root: string;
}

/**
 * A {@link JournalStore} in a directory: a run is `<root>/<runId>/journal.jsonl`, one canonical JSON
 * line for each entry. Any number of processes may use one directory; readers lock nothing.
 *
 * A run id is claimed by making the directory of the run. When the process dies before it made the
 * journal in it, the id stays taken and there is no run: it is neither listed nor read. A run that has
 * an empty journal is a run in which nothing happened yet.
 *
 * Errors: those of the port, and `JOURNAL_STORAGE_FAILED`.
 */
export function diskJournalStore(options: DiskJournalStoreOptions): JournalStore {
  const disk: Disk = { fs: options.fs ?? nodeFs, root: resolve(options.root) };
  return {
    capabilities: { durable: true, shared: true },
    create: async (runId, { signal } = {}) => createRun(disk, checkedRunId(runId), signal),
    open: async (runId, { signal } = {}) => openRun(disk, checkedRunId(runId), signal),
    read: (runId, readOptions = {}) => readRun(disk, runId, readOptions),
    async owner(runId, { signal } = {}) {
      checkedRunId(runId);
      signal?.throwIfAborted();
      return livingOwner(disk.fs, disk.root, runId);
    },
    list: ({ signal } = {}) => listRuns(disk, signal),
  };
}

const JOURNAL = "journal.jsonl";

async function createRun({ fs, root }: Disk, runId: RunId, signal: AbortOptions["signal"]) {
  signal?.throwIfAborted();
  const directory = join(root, runId);
  const path = join(directory, JOURNAL);
  await makeDirectory(fs, root, { durable: true });
  const isFirst = await ifFree("make", directory, fs.mkdir(directory));
  if (!isFirst) throw new RunExistsError(runId, { owner: await livingOwner(fs, root, runId) });
  return orUndo(async (undo) => {
    undo(() => fs.rmdir(directory));
    const claim = await claimRun(fs, root, runId);
    undo(claim.release);
    signal?.throwIfAborted();
    const file = await onDisk("create", path, fs.open(path, "ax"));
    undo(() => fs.unlink(path));
    undo(() => file.close());
    await syncDirectory(fs, directory);
    await syncDirectory(fs, root);
    signal?.throwIfAborted();
    return journalWriter({ runId, epoch: 1, head: headOfNothing(), sink: fileSink(file, path, claim.release) });
  });
}

async function openRun(disk: Disk, runId: RunId, signal: AbortOptions["signal"]) {
  signal?.throwIfAborted();
  const { fs, root } = disk;
  const path = join(root, runId, JOURNAL);
  if (!(await hasJournal(disk, runId))) throw new RunUnknownError(runId, root);
  return orUndo(async (undo) => {
    const claim = await claimRun(fs, root, runId);
    undo(claim.release);
    const { head, end } = await lastEntry(disk, runId, signal);
    signal?.throwIfAborted();
    await cutTornTail(fs, path, end);
    const file = await onDisk("open", path, fs.open(path, "a"));
    return journalWriter({ runId, epoch: head.epoch + 1, head, sink: fileSink(file, path, claim.release) });
  });
}

async function lastEntry({ fs, root }: Disk, runId: RunId, signal: AbortOptions["signal"]) {
  const path = join(root, runId, JOURNAL);
  const file = await onDisk("open", path, fs.open(path, "r"));
  try {
    let last = { head: headOfNothing(), end: 0 };
    for await (const entry of entriesOf(file, path, runId)) {
      signal?.throwIfAborted();
      last = entry;
    }
    return last;
  } finally {
    await file.close();
  }
}

async function* readRun(disk: Disk, runId: RunId, { from = 1, signal }: ReadOptions) {
  signal?.throwIfAborted();
  const path = join(disk.root, checkedRunId(runId), JOURNAL);
  const file = (await hasJournal(disk, runId)) ? await ifPresent("open", path, disk.fs.open(path, "r")) : undefined;
  if (file === undefined) throw new RunUnknownError(runId, disk.root);
  try {
    for await (const { event } of entriesOf(file, path, runId)) {
      signal?.throwIfAborted();
      if (event.seq >= from) yield event;
    }
    signal?.throwIfAborted();
  } finally {
    await file.close();
  }
}

async function* listRuns(disk: Disk, signal: AbortOptions["signal"]) {
  signal?.throwIfAborted();
  const { fs, root } = disk;
  const entries = (await ifPresent("list", root, fs.opendir(root))) ?? [];
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const runId = RunId.safeParse(entry.name);
    if (runId.success && entry.isDirectory() && (await hasJournal(disk, runId.data))) yield runId.data;
  }
  signal?.throwIfAborted();
}

/** A file that is called like a run is none. A file in the place of the run root is a failure. */
async function hasJournal({ fs, root }: Disk, runId: RunId): Promise<boolean> {
  const directory = join(root, runId);
  if (!(await ifPresent("look at", directory, fs.stat(directory)))?.isDirectory()) return false;
  const path = join(directory, JOURNAL);
  return (await ifPresent("look at", path, fs.lstat(path)))?.isFile() ?? false;
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
