import { diskOperations } from "@dad/disk";
import { MaintenanceError } from "./errors.ts";

/** What the disk refuses becomes a `MaintenanceError` that names the place. */
export const { ifPresent, makeDirectory, onDisk, sync, syncDirectory } = diskOperations(
  (operation, path, cause) => new MaintenanceError(operation, path, cause),
);
