import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DiskFile, type DiskFs, type HeldLock, type Locks, lookAtAll } from "@dad/disk";
import { type RunId, RunOwner } from "@dad/protocol";
import { JournalStorageError, RunLockedError, RunTakenOverError } from "../errors.ts";
import type { JournalOwner } from "../journal-store.ts";
import type { OneAtATime } from "./one-at-a-time.ts";
import { thisProcess } from "./process-identity.ts";
import { ifPresent, makeDirectory, onDisk } from "./storage.ts";

/** A run root, and how it is reached. */
export interface RunRoot {
  readonly fs: DiskFs;
  readonly locks: Locks;
  readonly root: string;
}

/** A run root in which leases are taken. */
export interface LeaseRoot extends RunRoot {
  /** In which those of this process wait for each other, so that they do not ask the kernel again and again. */
  readonly queue: OneAtATime;
}

/** The right to write to a run. The kernel takes it back when this process ends. */
export interface RunLease {
  /** What was announced: after the epoch that was recorded last, and after that of whoever did not let go. */
  readonly epoch: number;
  /**
   * Whoever had the run before did not let go of it: killed, or still alive somewhere, and perhaps about to write. As long as
   * nothing was done about that (`whileHeld`), the next one is told the same, whatever becomes of this lease.
   */
  readonly inherited: boolean;
  /** Rejects with `RUN_TAKEN_OVER` once somebody else has announced itself. */
  assertHeld(): Promise<void>;
  /** Does something that nobody else may have begun to do: while it is done, nobody else announces itself. Rejects as `assertHeld`. */
  whileHeld(work: () => Promise<void>): Promise<void>;
  release(): Promise<void>;
}

export interface TakeLeaseOptions {
  /** Default `false`. */
  readonly takeOver?: boolean;
  /** The last epoch that is recorded, as far as it is known without reading everything. */
  readonly lastEpoch: () => Promise<number>;
  /** Nobody can have had the run before. Default `false`. */
  readonly isNew?: boolean;
}

/** How often somebody else may get in between before it is the one who has the run. */
const LEASE_TRIES = 8;

/**
 * Takes the lease of a run: the lock `<runId>.lock`, which one process can hold, and beside it the record `<runId>.json`, which
 * says who that is. The record is what counts for those who have been holding it: whoever finds another one there has lost the
 * run. It is only written by one at a time (`lease.lock`), who has made sure that it is still what it was when the run was
 * found to be free or was to be taken over: a process that stops on the way and wakes up later takes nothing from anybody.
 *
 * Errors: `RUN_LOCKED` when somebody holds it, `JOURNAL_STORAGE_FAILED`.
 */
export async function takeLease(
  runRoot: LeaseRoot,
  runId: RunId,
  { takeOver = false, lastEpoch, isNew = false }: TakeLeaseOptions,
): Promise<RunLease> {
  const { fs } = runRoot;
  const place = leasePlace(runRoot, runId);
  await makeDirectory(fs, place.directory, { durable: false });
  for (let tries = 1; tries <= LEASE_TRIES; tries++) {
    const before = await readOwner(fs, place.record);
    const lock = await acquire(runRoot, place.lock);
    if (!lock && !takeOver) break;
    const held = await announced(runRoot, place, { before, lock, lastEpoch }).catch(async (error: unknown) => {
      await lock?.release();
      throw error;
    });
    if (held) return leaseOf(runRoot, runId, { ...held, inherited: before !== undefined && !isNew });
    await lock?.release();
  }
  throw new RunLockedError(runId, await announcedOwner(runRoot, runId));
}

/** Keeps everybody from working on a run, without saying who does. Errors: `RUN_LOCKED`, `JOURNAL_STORAGE_FAILED`. */
export async function holdRun(runRoot: RunRoot, runId: RunId): Promise<HeldLock> {
  const place = leasePlace(runRoot, runId);
  await makeDirectory(runRoot.fs, place.directory, { durable: false });
  const lock = await acquire(runRoot, place.lock);
  if (!lock) throw new RunLockedError(runId, await announcedOwner(runRoot, runId));
  return lock;
}

function acquire({ locks }: RunRoot, path: string): Promise<HeldLock | undefined> {
  return onDisk("lock", path, locks.acquire(path));
}

interface Announcing {
  readonly before: RunOwner | undefined;
  readonly lock: HeldLock | undefined;
  readonly lastEpoch: TakeLeaseOptions["lastEpoch"];
}

interface Held {
  readonly lock: HeldLock;
  readonly record: OwnRecord;
}

/** Says who has the run; `undefined` when somebody else got in between. Announced first, and then taken from who does not go on. */
async function announced(runRoot: LeaseRoot, place: LeasePlace, { before, lock, lastEpoch }: Announcing): Promise<Held | undefined> {
  const { fs, locks } = runRoot;
  return inTurn(runRoot, async () => {
    const now = await readOwner(fs, place.record);
    if (now?.claim !== before?.claim) return undefined;
    const record = await writeRecord(fs, place, Math.max(await lastEpoch(), before?.epoch ?? 0) + 1);
    if (lock) return { lock, record };
    await onDisk("break open", place.lock, locks.breakOpen(place.lock));
    const taken = await acquire(runRoot, place.lock);
    if (taken) return { lock: taken, record };
    await record.file.close();
    return undefined;
  });
}

function leaseOf(runRoot: LeaseRoot, runId: RunId, { lock, record, inherited }: Held & { readonly inherited: boolean }): RunLease {
  const { fs } = runRoot;
  const path = leasePlace(runRoot, runId).record;
  let settled = !inherited;
  const assertHeld = async (): Promise<void> => {
    if (!(await isNamed(fs, path, record))) throw new RunTakenOverError(runId, await livingOwner(runRoot, runId));
  };
  const takeNameAway = async (): Promise<void> => {
    // Looked at before, too: there may be no place any more where there are turns.
    if (!(await isNamed(fs, path, record))) return;
    await inTurn(runRoot, async () => {
      if (await isNamed(fs, path, record)) await ifPresent("remove", path, fs.unlink(path));
    });
  };
  return {
    epoch: record.epoch,
    inherited,
    assertHeld,
    async whileHeld(work) {
      await inTurn(runRoot, () => assertHeld().then(work));
      settled = true;
    },
    async release() {
      try {
        if (settled) await takeNameAway();
      } finally {
        await record.file.close();
        await lock.release();
      }
    },
  };
}

/** How often somebody waits for its turn: a millisecond longer each time, some seconds in all. */
const TURN_TRIES = 80;

/** One after the other, whatever the number of runs and of processes. */
function inTurn<Result>(runRoot: LeaseRoot, work: () => Promise<Result>): Promise<Result> {
  return runRoot.queue(() => amongProcesses(runRoot, work));
}

async function amongProcesses<Result>(runRoot: RunRoot, work: () => Promise<Result>): Promise<Result> {
  const path = join(runRoot.root, ".dad", "lease.lock");
  for (let tries = 1; ; tries++) {
    const turn = await acquire(runRoot, path);
    if (turn) return await releasing(turn, work);
    if (tries === TURN_TRIES) throw new JournalStorageError("get a turn at", path, new Error("another process holds it, and does not go on"));
    await delay(tries);
  }
}

async function releasing<Result>(turn: HeldLock, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    await turn.release();
  }
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
