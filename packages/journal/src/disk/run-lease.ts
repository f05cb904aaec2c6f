import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DiskFile, type DiskFs, type HeldLock, type Locks, lookAtAll } from "@dad/disk";
import { type RunId, RunOwner } from "@dad/protocol";
import { RunLockedError, RunTakenOverError } from "../errors.ts";
import type { JournalOwner } from "../journal-store.ts";
import { thisProcess } from "./process-identity.ts";
import { ifPresent, makeDirectory, onDisk } from "./storage.ts";

/** A run root, and how it is reached. */
export interface RunRoot {
  readonly fs: DiskFs;
  readonly locks: Locks;
  readonly root: string;
}

/** The right to write to a run. The kernel takes it back when this process ends. */
export interface RunLease {
  /**
   * Says who has the run, and in which epoch: the one after the last that is recorded, and after that of an owner from whom
   * it was taken over. From then on whoever had it before is rejected by its own `assertHeld`.
   */
  announce(lastEpoch: number): Promise<number>;
  /** Rejects with `RUN_TAKEN_OVER` once somebody else has announced itself. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lease of a run: the lock `<runId>.lock`, which one process can hold, and beside it the record `<runId>.json`, which
 * says who that is.
 *
 * Errors: `RUN_LOCKED` when somebody holds it, `JOURNAL_STORAGE_FAILED`.
 */
export async function takeLease(runRoot: RunRoot, runId: RunId, { takeOver = false }: { readonly takeOver?: boolean } = {}): Promise<RunLease> {
  const { fs } = runRoot;
  const place = leasePlace(runRoot, runId);
  await makeDirectory(fs, place.directory, { durable: false });
  const lock = await lockOf(runRoot, runId, takeOver);
  // Whoever held it before and was killed is not to be taken for the one who holds it now.
  if (!takeOver) await ifPresent("remove", place.record, fs.unlink(place.record));
  let record: OwnRecord | undefined;
  return {
    async announce(lastEpoch) {
      if (record && record.epoch > lastEpoch) return record.epoch;
      await record?.file.close();
      // One that lives may have been about to write in an epoch that nobody has read of yet.
      const before = takeOver ? await readOwner(fs, place.record) : undefined;
      const epoch = Math.max(lastEpoch, before?.epoch ?? 0) + 1;
      record = await writeRecord(fs, place, epoch);
      return epoch;
    },
    async assertHeld() {
      if (record && (await isNamed(fs, place.record, record))) return;
      throw new RunTakenOverError(runId, await livingOwner(runRoot, runId));
    },
    async release() {
      try {
        if (record && (await isNamed(fs, place.record, record))) await ifPresent("remove", place.record, fs.unlink(place.record));
        await record?.file.close();
      } finally {
        await lock.release();
      }
    },
  };
}

/** Who works on a run, or `undefined` when nobody does. */
export async function livingOwner(runRoot: RunRoot, runId: RunId): Promise<JournalOwner | undefined> {
  const { lock, record } = leasePlace(runRoot, runId);
  const owner = await readOwner(runRoot.fs, record);
  if (owner === undefined || !(await onDisk("look at", lock, runRoot.locks.isHeld(lock)))) return undefined;
  const { pid, host, since, epoch } = owner;
  return { pid, host, since, epoch };
}

/** Where it is said who works on a run. */
export interface LeasePlace {
  readonly directory: string;
  readonly lock: string;
  readonly record: string;
}

export function leasePlace({ root }: RunRoot, runId: RunId): LeasePlace {
  const directory = join(root, ".dad", "locks");
  return { directory, lock: join(directory, `${runId}.lock`), record: join(directory, `${runId}.json`) };
}

async function lockOf(runRoot: RunRoot, runId: RunId, takeOver: boolean): Promise<HeldLock> {
  const { lock } = leasePlace(runRoot, runId);
  const acquire = () => onDisk("lock", lock, runRoot.locks.acquire(lock));
  const held = await acquire();
  if (held) return held;
  if (!takeOver) throw new RunLockedError(runId, await announcedOwner(runRoot, runId));
  await onDisk("break open", lock, runRoot.locks.breakOpen(lock));
  const taken = await acquire();
  if (!taken) throw new RunLockedError(runId, await announcedOwner(runRoot, runId));
  return taken;
}

/** How often somebody is asked for who has just taken a run. Each time they get a millisecond more: there may be many who ask. */
const ANNOUNCEMENT_TRIES = 60;

/** The same where somebody has just taken the run, and needs a moment to say who it is. `undefined` when that takes longer. */
export async function announcedOwner(runRoot: RunRoot, runId: RunId): Promise<JournalOwner | undefined> {
  for (let tries = 1; ; tries++) {
    const owner = await livingOwner(runRoot, runId);
    if (owner || tries === ANNOUNCEMENT_TRIES) return owner;
    await delay(tries);
  }
}

/** A record that this process wrote. It stays open: as long as it is, no other file can have its number. */
interface OwnRecord {
  readonly file: DiskFile;
  readonly ino: number;
  readonly epoch: number;
}

/** The record appears whole, in place of the one before. After a power loss it says nothing, and nothing of it matters. */
async function writeRecord(fs: DiskFs, { directory, record }: LeasePlace, epoch: number): Promise<OwnRecord> {
  const owner: RunOwner = { ...(await thisProcess()), since: new Date().toISOString(), claim: randomUUID(), epoch };
  const draft = join(directory, `.dad_tmp_${owner.claim}`);
  let file: DiskFile | undefined;
  try {
    await onDisk("write", draft, fs.writeFile(draft, `${JSON.stringify(owner)}\n`, { flag: "wx" }));
    file = await onDisk("open", draft, fs.open(draft, "r"));
    const { ino } = await onDisk("look at", draft, fs.lstat(draft));
    await onDisk("announce", record, fs.rename(draft, record));
    return { file, ino, epoch };
  } catch (error) {
    // Why it failed says more than that the remains could not be removed either.
    await file?.close().catch(() => undefined);
    await fs.unlink(draft).catch(() => undefined);
    throw error;
  }
}

/** Asked beside every sync, so in the way that takes the least time. */
async function isNamed(fs: DiskFs, path: string, { ino }: OwnRecord): Promise<boolean> {
  const [found] = await onDisk("look at", path, lookAtAll(fs, [path]));
  return found?.ino === ino;
}

async function readOwner(fs: DiskFs, path: string): Promise<RunOwner | undefined> {
  const text = await ifPresent("read", path, fs.readFile(path, "utf8"));
  try {
    return text === undefined ? undefined : RunOwner.parse(JSON.parse(text));
  } catch {
    // A power loss tore it: there is nobody any more who could have written it.
    return undefined;
  }
}
