import { type DiskFs, diskOperations, SYNC } from "@dad/disk";
import { DadError } from "@dad/protocol";
import { ArtifactStorageError } from "../errors.ts";

/** What the disk refuses becomes an `ArtifactStorageError` that names the place. */
export const { ifFree, ifPresent, makeDirectory, onDisk, sync, syncAncestors, syncDirectory } = diskOperations(
  (operation, path, cause) => new ArtifactStorageError(operation, path, cause),
);

/**
 * True for the one failure after which a store must not go on: the kernel may have dropped the data
 * and report success the next time.
 */
export function isSyncFailure(error: unknown): boolean {
  return DadError.is(error, "ARTIFACT_STORAGE_FAILED") && error.details["operation"] === SYNC;
}

/** Makes the content of a file durable that somebody else wrote. False when it is not there. */
export async function syncFile(fs: Pick<DiskFs, "open">, path: string): Promise<boolean> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) return false;
  try {
    await onDisk(SYNC, path, file.datasync());
    return true;
  } finally {
    await file.close();
  }
}
