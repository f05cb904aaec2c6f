import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import type { DiskFs, Locks } from "@dad/disk";
import { ifPresent, onDisk } from "./storage.ts";

/** A store on a disk, and how it is reached. */
export interface StorePlace {
  readonly fs: DiskFs;
  readonly locks: Locks;
  readonly root: string;
}

/** Where one handle of a store writes what is not whole yet. */
export interface Staging extends AsyncDisposable {
  /** A path for a file, another one each time. */
  next(): string;
}

/** Where what is not whole yet lies: on the file system of the content, and not among it. */
export function stagingRoot(root: string): string {
  return join(root, "tmp");
}

/**
 * Makes a directory for what one handle writes: `tmp/<id>`, with the lock `tmp/<id>.lock`. The kernel keeps the lock until
 * the process ends, however it ends: then what is left in the directory is nobody's, and may be removed by anyone.
 */
export async function openStaging(place: StorePlace): Promise<Staging> {
  for (;;) {
    const directory = join(stagingRoot(place.root), randomUUID());
    await onDisk("make", directory, place.fs.mkdir(directory));
    const lock = await lockStaging(place, directory);
    if (lock === undefined) continue;
    // Whoever removes leftovers may have come before the lock, and taken the directory for one.
    if (await ifPresent("look at", directory, place.fs.lstat(directory))) return stagingIn(directory, lock);
    await lock.remove();
  }
}

function stagingIn(directory: string, lock: StagingLock): Staging {
  let count = 0;
  let closed: Promise<void> | undefined;
  return {
    next: () => join(directory, String(++count)),
    [Symbol.asyncDispose]: () => (closed ??= lock.remove()),
  };
}

/** The right to remove a staging directory. */
interface StagingLock {
  /** Removes the directory with all its files, and then the lock. @returns the paths of the files. */
  remove(): Promise<void>;
}

/**
 * `undefined` when somebody holds it. A directory is removed before its lock, and its name is never used again: so whoever
 * has the lock and sees the directory is the only one who works in it.
 */
async function lockStaging({ fs, locks }: StorePlace, directory: string): Promise<StagingLock | undefined> {
  const path = `${directory}${LOCK}`;
  const lock = await onDisk("lock", path, locks.acquire(path));
  return (
    lock && {
      async remove() {
        try {
          for (const { name } of await filesIn(fs, directory)) await ifPresent("remove", name, fs.unlink(join(directory, name)));
          await ifPresent("remove", directory, fs.rmdir(directory));
        } finally {
          await lock.release();
        }
        await ifPresent("remove", path, fs.unlink(path));
      },
    }
  );
}

const LOCK = ".lock";

/** What a writer that does not live any more left behind. */
export interface Leftover {
  /** Its directory, below which everything may be removed. */
  readonly directory: string;
  /** The paths of the files that it did not finish. */
  readonly files: readonly string[];
}

/** What is left of writers that do not live any more: their kernel has released their locks. */
export async function* leftoversOf({ fs, locks, root }: StorePlace): AsyncGenerator<Leftover, void> {
  for (const id of await stagingIds(fs, root)) {
    const directory = join(stagingRoot(root), id);
    if (await onDisk("look at", directory, locks.isHeld(`${directory}${LOCK}`))) continue;
    yield { directory, files: (await filesIn(fs, directory)).map(({ name }) => join(directory, name)) };
  }
}

/** Of directories, and of locks without one: a writer may have been killed between the two. */
async function stagingIds(fs: DiskFs, root: string): Promise<ReadonlySet<string>> {
  const entries = await filesIn(fs, stagingRoot(root));
  return new Set(entries.map(({ name }) => basename(name, LOCK)).filter((id) => UUID.test(id)));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function filesIn(fs: DiskFs, directory: string): Promise<Awaited<ReturnType<DiskFs["readdir"]>>> {
  return (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [];
}

/**
 * Removes what writers left that do not live any more. What a living one is writing stays, whatever its age.
 *
 * @returns what was removed.
 */
export async function sweepStaging(place: StorePlace): Promise<Leftover[]> {
  const removed: Leftover[] = [];
  for await (const leftover of leftoversOf(place)) {
    const lock = await lockStaging(place, leftover.directory);
    if (lock === undefined) continue;
    await lock.remove();
    removed.push(leftover);
  }
  return removed;
}
