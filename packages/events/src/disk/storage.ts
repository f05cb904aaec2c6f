import { diskOperations } from "@dad/disk";
import { InboxStorageError } from "../inbox-errors.ts";

/** What the disk refuses becomes an `InboxStorageError` that names the place. */
export const { ifFree, ifPresent, onDisk, sync, syncDirectory } = diskOperations(
  (operation, path, cause) => new InboxStorageError(operation, path, cause),
);
