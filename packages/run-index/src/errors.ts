import { DadError, messageOf } from "@dad/protocol";

/** `RUN_INDEX_FAILED`: the storage of a run index refused an operation (no permission, no space, others that keep it busy). */
export class RunIndexError extends DadError<"RUN_INDEX_FAILED"> {
  constructor(operation: string, path: string, cause: unknown) {
    super("RUN_INDEX_FAILED", `cannot ${operation} ${path}: ${messageOf(cause)}. It is derived from the journals: it can be deleted`, {
      cause,
      details: { operation, path },
    });
  }
}
