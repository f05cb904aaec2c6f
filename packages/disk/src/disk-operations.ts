import { dirname } from "node:path";
import type { DiskFile, DiskFs } from "./disk-fs.ts";

/** Makes an adapter's own error of what the disk refused. `operation` completes "cannot … <path>". */
export type DiskFailure = (operation: string, path: string, cause: unknown) => Error;

/** The operation that a failure of `sync` and `syncDirectory` is told as. */
export const SYNC = "sync";

/** Operations on a disk. Whatever it refuses becomes the error that the adapter makes of it. */
export interface DiskOperations {
  /** Waits for the disk. */
  readonly onDisk: <T>(operation: string, path: string, result: Promise<T>) => Promise<T>;
  /** The same, and `undefined` when there is nothing at the path. That the path leads through a file is a failure. */
  readonly ifPresent: <T>(operation: string, path: string, result: Promise<T>) => Promise<T | undefined>;
  /** True when it was made, false when its name is taken. */
  readonly ifFree: (operation: string, path: string, result: Promise<unknown>) => Promise<boolean>;
  /**
   * Makes the content of a file durable. After a failure (its operation is {@link SYNC}) nobody knows what of it is: the
   * kernel may have dropped the data and report success the next time.
   */
  readonly sync: (file: Pick<DiskFile, "sync">, path: string) => Promise<void>;
  /** Makes the entries of a directory durable. */
  readonly syncDirectory: (fs: Pick<DiskFs, "open">, path: string) => Promise<void>;
  /**
   * Makes all names that lead to a path durable, up to `/`. Not only what is new: whoever made the rest may have been killed
   * before it did so, or may have promised less.
   */
  readonly syncAncestors: (fs: Pick<DiskFs, "open">, path: string) => Promise<void>;
  /** Makes a directory with all that lead to it. `durable` makes each new one's name so, too. Any number may make it at once. */
  readonly makeDirectory: (fs: Pick<DiskFs, "open" | "mkdir" | "stat">, path: string, options: { readonly durable: boolean }) => Promise<void>;
}

/**
 * The operations of an adapter, which fail with errors of its own. They keep nothing, and need no `this`: they can be taken
 * apart. Which file system they work on is said with each call.
 */
export function diskOperations(failure: DiskFailure): DiskOperations {
  const onDisk = waitingFor(failure);
  const sync: DiskOperations["sync"] = (file, path) => onDisk(SYNC, path, file.sync());
  const syncDirectory: DiskOperations["syncDirectory"] = async (fs, path) => {
    // Windows has no such operation: it journals its directories.
    if (process.platform === "win32") return;
    const directory = await onDisk("open", path, fs.open(path, "r"));
    try {
      await sync(directory, path);
    } finally {
      await directory.close();
    }
  };
  return {
    onDisk,
    ifPresent: (operation, path, result) => onDisk(operation, path, unless("ENOENT", result, undefined)),
    ifFree: (operation, path, result) =>
      onDisk(
        operation,
        path,
        unless(
          "EEXIST",
          result.then(() => true),
          false,
        ),
      ),
    sync,
    syncDirectory,
    syncAncestors: async (fs, path) => void (await Promise.all(ancestorsOf(path).map((ancestor) => syncAncestor(fs, ancestor, syncDirectory)))),
    makeDirectory: directoryMaker(onDisk, syncDirectory),
  };
}

function waitingFor(failure: DiskFailure): DiskOperations["onDisk"] {
  return async (operation, path, result) => {
    try {
      return await result;
    } catch (cause) {
      throw failure(operation, path, cause);
    }
  };
}

/**
 * One by one: `mkdir` of Node with `recursive` never comes back from a place like `/proc`, which says that a directory is
 * missing while it is there.
 */
function directoryMaker(onDisk: DiskOperations["onDisk"], syncDirectory: DiskOperations["syncDirectory"]): DiskOperations["makeDirectory"] {
  return async function makeDirectory(fs, path, { durable }) {
    if (await isDirectory(fs, path)) return;
    const parent = dirname(path);
    if (parent !== path) await makeDirectory(fs, parent, { durable });
    // Somebody else may have made it at the same time.
    const made = fs.mkdir(path).catch(async (error: unknown) => {
      if (!(await isDirectory(fs, path))) throw error;
    });
    await onDisk("make", path, made);
    if (durable) await syncDirectory(fs, parent);
  };
}

async function isDirectory(fs: Pick<DiskFs, "stat">, path: string): Promise<boolean> {
  return (await fs.stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** The result, or something else when it fails with a certain code. */
async function unless<T, E>(code: string, result: Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === code) return otherwise;
    throw error;
  }
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestorsOf(parent)];
}

/** What cannot be synced is of a kind that nobody made here: it is not ours to read, or lies on something that never changes. */
async function syncAncestor(fs: Pick<DiskFs, "open">, path: string, syncDirectory: DiskOperations["syncDirectory"]): Promise<void> {
  try {
    await syncDirectory(fs, path);
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof Error && "code" in cause && NOT_SYNCED.has(String(cause.code)))) throw error;
  }
}

const NOT_SYNCED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EINVAL", "ENOTSUP", "EROFS"]);
