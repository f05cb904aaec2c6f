import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

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
}

/** How long a claimant waits for those who only look whether a lock is held, which takes a moment. */
const PATIENCE_MS = 200;
const PAUSE_MS = 5;

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
      const Database = sqlite();
      for (const until = performance.now() + PATIENCE_MS; ;) {
        const database = new Database(path, { timeout: 0 });
        if (attempt(() => database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"), database)) return held(database);
        if (performance.now() > until) return undefined;
        await delay(PAUSE_MS);
      }
    },
    async isHeld(path) {
      const Database = sqlite();
      if (!existsSync(path)) return false;
      const database = new Database(path, { timeout: 0, readOnly: true });
      // Where nobody holds it, many may look at once.
      const free = attempt(() => database.exec("BEGIN; SELECT 1 FROM sqlite_master"), database);
      if (free) database.close();
      return !free;
    },
  };
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

type Sqlite = typeof import("node:sqlite");

/** Loaded when it is needed, and without the warning of Node 22 that it is new: people can do nothing about it. */
function sqlite(): Sqlite["DatabaseSync"] {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite").DatabaseSync;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Locks among those who share this object, for file systems that live in this process. */
export function memoryLocks(): Locks {
  const taken = new Set<string>();
  return {
    async acquire(path) {
      if (taken.has(path)) return undefined;
      taken.add(path);
      let released = false;
      return {
        async release() {
          if (!released) taken.delete(path);
          released = true;
        },
      };
    },
    isHeld: async (path) => taken.has(path),
  };
}
