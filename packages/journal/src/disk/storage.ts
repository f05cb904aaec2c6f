import { dirname } from "node:path";
import { JournalStorageError } from "../errors.ts";
import type { DiskFs } from "./disk-fs.ts";

/** Waits for the disk. What it refuses becomes a `JournalStorageError` that names the place. */
export async function onDisk<T>(operation: string, path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw new JournalStorageError(operation, path, cause);
  }
}

/** The same, and `undefined` when there is nothing at the path. That the path leads through a file is a failure. */
export async function ifPresent<T>(operation: string, path: string, result: Promise<T>): Promise<T | undefined> {
  return onDisk(
    operation,
    path,
    result.catch((error: unknown) => (hasCode(error, "ENOENT") ? undefined : Promise.reject(error))),
  );
}

/** True when it was made, false when its name is taken. */
export async function ifFree(operation: string, path: string, result: Promise<unknown>): Promise<boolean> {
  const made = result.then(
    () => true,
    (error: unknown) => (hasCode(error, "EEXIST") ? false : Promise.reject(error)),
  );
  return onDisk(operation, path, made);
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(fs: DiskFs, path: string): Promise<void> {
  // Windows has no such operation: it journals its directories.
  if (process.platform === "win32") return;
  const directory = await onDisk("open", path, fs.open(path, "r"));
  try {
    await onDisk("sync", path, directory.sync());
  } finally {
    await directory.close();
  }
}

/**
 * Makes a directory with all that lead to it, one by one, durably. `mkdir` of Node with `recursive` never comes back from a place
 * like `/proc`, which says that a directory is missing while it is there.
 */
export async function makeDirectory(fs: DiskFs, path: string): Promise<void> {
  if (await isDirectory(fs, path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(fs, parent);
  const isNew = await ifFree("make", path, fs.mkdir(path));
  if (!isNew && !(await isDirectory(fs, path))) throw new JournalStorageError("make", path, new Error("something else is in its place"));
  await syncDirectory(fs, parent);
}

async function isDirectory(fs: DiskFs, path: string): Promise<boolean> {
  return (await fs.stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
