import { closeSync, existsSync, fstatSync, openSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { runtimeSqlite, type Sqlite } from "./sqlite.ts";

/** A lock that is held until it is released, or until its holder ends, however it ends. */
export interface HeldLock {
  /** Does nothing the second time. */
  release(): Promise<void>;
}

/** Exclusive locks on paths, between all that use the same kind on the same disk. */
export interface Locks {
  /** `undefined` when somebody else holds it. */
  acquire(path: string): Promise<HeldLock | undefined>;
  /** Whether somebody holds it. Keeps nobody from acquiring it. */
  isHeld(path: string): Promise<boolean>;
  /** Lets the next one acquire it although somebody holds it, who is not told. */
  breakOpen(path: string): Promise<void>;
}

/** How long a claimant waits at a time for those who only look, which takes each of them a moment, and how often. */
const PATIENCE_MS = 50;
const PAUSE_MS = 5;
const TRIES = 100;
/** How often somebody looks at a file that cannot be opened. */
const LOOKS = 10;

/** Linux: opens the place and not the file, so that closing it releases no lock of the file. Node has no name for it. */
const O_PATH = 0o10000000;

/** SQLite's code for "somebody else holds it". */
const BUSY = 5;

/**
 * Locks that the kernel keeps: it releases them when the process ends, also by SIGKILL, and no clock, no process id and no
 * other machine's word plays a part. They are the locks of SQLite databases, which stay empty files. While a lock is held
 * its file must not be opened by anything else in this process: closing it would release the lock (that is how POSIX
 * locks are; see https://sqlite.org/howtocorrupt.html, § 2.2).
 */
export function kernelLocks(): Locks {
  return {
    async acquire(path) {
      const Database = databases();
      for (let tries = 0; tries < TRIES; tries++) {
        const lock = claim(Database, path, tries === 0 ? 0 : PATIENCE_MS);
        if (lock) return lock;
        if (isLocked(Database, path)) return undefined;
        // Somebody was looking, or claims it as well. While SQLite waits for them nobody else begins to look.
        await delay(PAUSE_MS);
      }
      return undefined;
    },
    isHeld: async (path) => isLocked(databases(), path),
    // Whoever holds it goes on holding a file that has no name any more.
    breakOpen: (path) => rm(path, { force: true }),
  };
}

/** `undefined` when somebody else has it, also only for a moment. */
function claim(Database: Sqlite["DatabaseSync"], path: string, patienceMs: number): HeldLock | undefined {
  const file = pin(path);
  if (file === undefined) return undefined;
  try {
    const database = new Database(path);
    if (!attempt(() => database.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`), database))
      return undefined;
    if (file.ino === inoAt(path)) return held(database);
    // It was taken away meanwhile: what is locked has no name any more, or is another file than the one with the name.
    database.close();
    return undefined;
  } finally {
    file.unpin();
  }
}

/** Where nobody holds it, many may look at once. */
function isLocked(Database: Sqlite["DatabaseSync"], path: string): boolean {
  for (let looks = 1; ; looks++) {
    try {
      const database = new Database(path, { readOnly: true });
      const free = attempt(() => database.exec("BEGIN; SELECT 1 FROM sqlite_master"), database);
      if (free) database.close();
      return !free;
    } catch (error) {
      if (!existsSync(path)) return false;
      // Unless it was taken away and made again just then, looking once more does not help.
      if (looks === LOOKS) throw error;
    }
  }
}

/**
 * The number of the file with the name, which no other file gets before it is unpinned. A file is made where there is none.
 * `undefined` when it is taken away at once.
 */
function pin(path: string): { readonly ino: bigint; unpin(): void } | undefined {
  try {
    // A file that is there is not opened: closing it would release a lock that this process holds.
    closeSync(openSync(path, "wx"));
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  // The others number their files without using a number again.
  if (process.platform !== "linux") return pinned(inoAt(path), () => undefined);
  try {
    const place = openSync(path, O_PATH);
    return pinned(fstatSync(place, { bigint: true }).ino, () => closeSync(place));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function pinned(ino: bigint | undefined, unpin: () => void): ReturnType<typeof pin> {
  return ino === undefined ? undefined : { ino, unpin };
}

function inoAt(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function held(database: { readonly isOpen: boolean; close(): void }): HeldLock {
  return {
    async release() {
      if (database.isOpen) database.close();
    },
  };
}

/** True when it was done; false, with the database closed, when somebody else holds it. */
function attempt(work: () => void, database: { close(): void }): boolean {
  try {
    work();
    return true;
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === BUSY) return false;
    throw error;
  }
}

function databases(): Sqlite["DatabaseSync"] {
  const sqlite = runtimeSqlite();
  if (sqlite === undefined) throw new Error("this runtime has no node:sqlite, which locks need: use a build of Node that has it");
  return sqlite.DatabaseSync;
}

/** Locks among those who share this object, for file systems that live in this process. */
export function memoryLocks(): Locks {
  const taken = new Map<string, HeldLock>();
  return {
    async acquire(path) {
      if (taken.has(path)) return undefined;
      const lock: HeldLock = {
        async release() {
          if (taken.get(path) === lock) taken.delete(path);
        },
      };
      taken.set(path, lock);
      return lock;
    },
    isHeld: async (path) => taken.has(path),
    async breakOpen(path) {
      taken.delete(path);
    },
  };
}
