import type { EventDraft, RecordedEvent, RunId } from "@dad/protocol";

export interface JournalCapabilities {
  /** What `append` acknowledged is still there after the process is killed. */
  readonly durable: boolean;
  /** Other processes may read while one writes, and `owner` sees writers in other processes. */
  readonly shared: boolean;
}

/** Who writes to a journal at this moment. */
export interface JournalOwner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends AbortOptions {
  /** First sequence number that is given. Default 1. */
  readonly from?: number;
}

/** The write end of one journal. There is at most one of it for a run, whatever the number of processes. */
export interface Journal extends AsyncDisposable {
  readonly runId: RunId;
  /** How many times this run has been opened for work, from 1: one more than the highest epoch that is recorded. */
  readonly epoch: number;
  /**
   * Adds an event and resolves once it is as durable as the adapter can make it. Entries are in the
   * order of the calls. After a failed append the journal takes no more (`JOURNAL_CLOSED`). An append
   * that is aborted before its entry has its place is not recorded; one that has its place resolves.
   * A draft that is no event is a `TypeError`, and the journal goes on.
   */
  append(draft: EventDraft, options?: AbortOptions): Promise<RecordedEvent>;
}

/**
 * Port: the append-only record from which every run is known, continued and verified. The entry is
 * the commit point of everything: content is made durable before the entry that names it, and views,
 * branches and summaries follow it.
 *
 * Adapters: `@dad/journal/memory`, `@dad/journal/disk`.
 */
export interface JournalStore {
  readonly capabilities: JournalCapabilities;
  /** Claims a run id, for ever. Exactly one of many claimants succeeds; the others get `RUN_EXISTS`. One that is aborted leaves the id free. */
  create(runId: RunId, options?: AbortOptions): Promise<Journal>;
  /** Opens a run that has no writer for more work, in a new epoch. `RUN_UNKNOWN`, `RUN_LOCKED` (names the owner). When it is aborted it leaves no writer. */
  open(runId: RunId, options?: AbortOptions): Promise<Journal>;
  /** What is recorded, verified, oldest first. Locks nothing; sees a consistent prefix. `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. */
  read(runId: RunId, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /** The living writer, or `undefined` when nobody works on the run. */
  owner(runId: RunId, options?: AbortOptions): Promise<JournalOwner | undefined>;
  /** Every run once, in no particular order. */
  list(options?: AbortOptions): AsyncIterable<RunId>;
}
