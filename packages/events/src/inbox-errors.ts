import { DadError, messageOf, type RunId } from "@dad/protocol";

/** `RUN_UNKNOWN`: there is no run of this id. */
export class RunUnknownError extends DadError<"RUN_UNKNOWN"> {
  constructor(runId: RunId, place: string) {
    super("RUN_UNKNOWN", `there is no run ${runId} in ${place}`, { details: { runId } });
  }
}

/** `INBOX_MESSAGE_TOO_LARGE`: a message has more bytes than an inbox takes. */
export class InboxMessageTooLargeError extends DadError<"INBOX_MESSAGE_TOO_LARGE"> {
  constructor(bytes: number, limitBytes: number) {
    super("INBOX_MESSAGE_TOO_LARGE", `a message has at most ${limitBytes} bytes, and this one has ${bytes}: send a path or an address instead`, {
      details: { bytes, limitBytes },
    });
  }
}

/** `INBOX_MESSAGE_UNREADABLE`: what lies in an inbox is no message. */
export class InboxMessageUnreadableError extends DadError<"INBOX_MESSAGE_UNREADABLE"> {
  /** From the directory of the run. */
  readonly place: string;

  constructor(place: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("INBOX_MESSAGE_UNREADABLE", `${place} is no message, and is set aside: ${reason}`, { ...options, details: { place, reason } });
    this.place = place;
  }
}

/** `INBOX_STORAGE_FAILED`: the storage refused an operation (no space, no permission, a broken device), or something else is in the place of an inbox. */
export class InboxStorageError extends DadError<"INBOX_STORAGE_FAILED"> {
  constructor(operation: string, path: string, cause: unknown) {
    super("INBOX_STORAGE_FAILED", `cannot ${operation} ${path}: ${messageOf(cause)}`, { cause, details: { operation, path } });
  }
}
