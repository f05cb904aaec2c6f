import { DadError, messageOf } from "@dad/protocol";

/** `MAINTENANCE_FAILED`: the disk refused what checking, mending or clearing a run root needs. */
export class MaintenanceError extends DadError<"MAINTENANCE_FAILED"> {
  constructor(operation: string, path: string, cause: unknown) {
    super("MAINTENANCE_FAILED", `cannot ${operation} ${path}: ${messageOf(cause)}`, { cause, details: { operation, path } });
  }
}
