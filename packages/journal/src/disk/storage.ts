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

/** The same, and `undefined` when there is nothing at the path. */
export async function ifPresent<T>(operation: string, path: string, result: Promise<T>): Promise<T | undefined> {
  return onDisk(
    operation,
    path,
    result.catch((error: unknown) => (hasCode(error, "ENOENT", "ENOTDIR") ? undefined : Promise.reject(error))),
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

/** Makes a directory with all that lead to it, durably. */
export async function makeDirectory(fs: DiskFs, path: string): Promise<void> {
  const first = await onDisk("make", path, fs.mkdir(path, { recursive: true }));
  if (typeof first !== "string") return;
  for (let entry = path; entry.length >= first.length; entry = dirname(entry)) await syncDirectory(fs, dirname(entry));
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
