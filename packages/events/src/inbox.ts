import type { DadError, InboxMessage, RunId } from "@dad/protocol";

/** A message that nobody has settled, or one that cannot be read. */
export type InboxItem =
  | { readonly message: InboxMessage }
  /** What it is called in its place, for people. It is given once, and set aside. */
  | { readonly unreadable: string; readonly error: DadError };

/** What becomes of a message. */
export type InboxVerdict = "accepted" | "rejected";

export interface InboxCapabilities {
  /** Other processes see what is posted; a run that is not there has no inbox (`RUN_UNKNOWN`). Without it, every run has one. */
  readonly shared: boolean;
}

/**
 * Port: what others have for a run, whether somebody works on it or not: answers, also to what is not asked yet, and signals.
 * A message stays until the run has taken it, which is recorded in its journal: that is the truth, and this the door.
 *
 * Adapters: `@dad/events/memory` (`memoryInbox`), `@dad/events/disk` (`diskInbox`).
 */
export interface Inbox {
  readonly capabilities: InboxCapabilities;
  /**
   * Puts a message, durably where that is possible. Of answers to one request exactly one is taken, whatever the number of
   * processes that post one: it keeps the request until it is rejected, and for ever once it is accepted.
   *
   * A message that was posted before under its id, for the same request, changes nothing, whatever became of it.
   *
   * @throws InputAnsweredError (`INPUT_ANSWERED`), which says who was first; `INBOX_MESSAGE_TOO_LARGE` beyond 1 MiB of JSON; TypeError
   * for what is no message.
   */
  post(message: InboxMessage, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * What is not settled, in the order in which it was posted, and then what comes, until the signal is aborted, which ends it without
   * an error. Nothing is given twice. Following alone keeps no process alive: who has nothing else to do than to wait sees to that.
   */
  follow(runId: RunId, options: { readonly signal: AbortSignal }): AsyncIterable<InboxItem>;
  /** What is not settled, at this moment. */
  pending(runId: RunId, options?: { readonly signal?: AbortSignal }): Promise<readonly InboxItem[]>;
  /** The run has recorded what became of a message. A rejected answer leaves its request to the next one. Twice is like once: the first verdict stays. */
  settle(message: InboxMessage, verdict: InboxVerdict, options?: { readonly signal?: AbortSignal }): Promise<void>;
}
