import { diskOperations } from "@dad/disk";
import { JournalStorageError } from "../errors.ts";

/** What the disk refuses becomes a `JournalStorageError` that names the place. */
export const { ifFree, ifPresent, makeDirectory, onDisk, sync, syncAncestors, syncDirectory } = diskOperations(
  (operation, path, cause) => new JournalStorageError(operation, path, cause),
);
