import { DadError } from "@dad/protocol";

/** `GC_RUNNING`: another garbage collection is going on. */
export class GcRunningError extends DadError<"GC_RUNNING"> {
  constructor() {
    super("GC_RUNNING", "another garbage collection of this store is going on: wait for it", { retryable: true });
  }
}

/** `TRASH_UNKNOWN`: there is no trash of this id. */
export class TrashUnknownError extends DadError<"TRASH_UNKNOWN"> {
  constructor(id: string, known: readonly string[]) {
    const there = known.length === 0 ? "there is none" : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
    super("TRASH_UNKNOWN", `there is no trash ${JSON.stringify(id)}; ${there}`, { details: { id, known } });
  }
}

/** `REPAIR_FAILED`: what a finding tells could not be mended. */
export class RepairError extends DadError<"REPAIR_FAILED"> {
  constructor(action: string, where: string, reason: string) {
    super("REPAIR_FAILED", `cannot ${action.replaceAll("-", " ")} ${where}: ${reason}`, { details: { action, where } });
  }
}
