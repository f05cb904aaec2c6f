import { dirname } from "node:path";
import { DadError } from "@dad/protocol";
import { ArtifactStorageError } from "../errors.ts";
import type { DiskFile, DiskFs } from "./disk-fs.ts";

/** Waits for the disk. What it refuses becomes an `ArtifactStorageError` that names the place. */
export async function onDisk<T>(operation: string, path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw new ArtifactStorageError(operation, path, cause);
  }
}

/** The same, and `undefined` when there is nothing at the path. */
export async function ifPresent<T>(operation: string, path: string, result: Promise<T>): Promise<T | undefined> {
  return onDisk(
    operation,
    path,
    result.catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error))),
  );
}

const SYNC = "sync";

export async function sync(file: DiskFile, path: string): Promise<void> {
  await onDisk(SYNC, path, file.sync());
}

/**
 * True for the one failure after which a store must not go on: the kernel may have dropped the data
 * and report success the next time.
 */
export function isSyncFailure(error: unknown): boolean {
  return DadError.is(error, "ARTIFACT_STORAGE_FAILED") && error.details["operation"] === SYNC;
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(fs: DiskFs, path: string): Promise<void> {
  // Windows has no such operation: it journals its directories.
  if (process.platform === "win32") return;
  const directory = await onDisk("open", path, fs.open(path, "r"));
  try {
    await sync(directory, path);
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
