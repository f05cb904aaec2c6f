import type { Durability, EventDraft, RecordedEvent, RunId, RunOwner } from "@dad/protocol";

export interface JournalCapabilities {
  /** What holds of an entry once `append` has acknowledged it. */
  readonly durability: Durability;
  /** Other processes may read while one writes, and `owner` sees writers in other processes. */
  readonly shared: boolean;
}

/** Who writes to a journal at this moment. */
export type JournalOwner = Pick<RunOwner, "pid" | "host" | "since" | "epoch">;

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export interface OpenOptions extends AbortOptions {
  /**
   * Takes the run from an owner that lives but does not go on, in a process that hangs or on a machine that is out of reach.
   * Nothing that it appends from then on is acknowledged or read: its next append is rejected with `RUN_TAKEN_OVER`. What it
   * does elsewhere is not stopped, so end its process where that is possible. Default `false`.
   */
  readonly takeOver?: boolean;
  /** Is told all that is recorded, verified, oldest first, before the journal is opened: who goes on need not read it once more. */
  readonly replay?: (event: RecordedEvent) => void;
}

export interface AppendOptions extends AbortOptions {
  /**
   * `durable`: resolves once the entry is as durable as the adapter can make it. `ordered`: resolves once it has its place;
   * it becomes durable with the next one that is waited for. A process that is killed in between may have lost it. That it
   * could not be written is told by the next append. Default `durable`.
   */
  readonly wait?: "durable" | "ordered";
}

export interface ReadOptions extends AbortOptions {
  /** First sequence number that is given. Default 1. */
  readonly from?: number;
  /** Goes on with what is appended later, without a gap and without a repetition, until the reader stops or the signal is aborted. Default `false`. */
  readonly follow?: boolean;
  /**
   * Reads what this run retains of the one that is read, also when that one is gone; where it retains nothing of it, the
   * journal of the one that is read. With `follow` it is a `TypeError`.
   */
  readonly through?: RunId;
}

export interface RetainOptions extends AbortOptions {
  /** Where the origin is gone, it is taken from what this run retains of it. */
  readonly via?: RunId;
}

/** A run that is there, and the state of its journal. */
export interface RunListing {
  readonly runId: RunId;
  /** Opaque. Changes whenever the journal does; known without reading it. */
  readonly version: string;
}

/** The write end of one journal. There is at most one of it for a run, whatever the number of processes. */
export interface Journal extends AsyncDisposable {
  readonly runId: RunId;
  /** How many times this run has been opened for work, from 1: one more than the highest epoch that is recorded. */
  readonly epoch: number;
  /**
   * Adds an event. Entries are in the order of the calls. After a failed append the journal takes no more
   * (`JOURNAL_CLOSED`). An append that is aborted before its entry has its place is not recorded; one that has its place
   * resolves. A draft that is no event is a `TypeError`, and the journal goes on.
   */
  append(draft: EventDraft, options?: AppendOptions): Promise<RecordedEvent>;
  /** Rejects with `RUN_TAKEN_OVER` once somebody else has taken the run over: for what is done elsewhere than in the journal. */
  assertOwned(): Promise<void>;
}

/**
 * Port: the append-only record from which every run is known, continued and verified. The entry is
 * the commit point of everything: content is durable no later than the entry that names it, and views,
 * branches and summaries follow it.
 *
 * Adapters: `@dad/journal/memory`, `@dad/journal/disk`.
 */
export interface JournalStore {
  readonly capabilities: JournalCapabilities;
  /** Claims a run id, for ever. Exactly one of many claimants succeeds; the others get `RUN_EXISTS`. One that is aborted leaves the id free. */
  create(runId: RunId, options?: AbortOptions): Promise<Journal>;
  /**
   * Opens a run that has no writer for more work, in a new epoch. What a killed writer left unfinished is set aside, and a
   * `journal.recovered` says so. `RUN_UNKNOWN`, `RUN_LOCKED` (names the owner). When it is aborted it leaves no writer.
   */
  open(runId: RunId, options?: OpenOptions): Promise<Journal>;
  /** What is recorded, verified, oldest first. Locks nothing; sees a consistent prefix. `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. */
  read(runId: RunId, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /**
   * What is recorded of `origin` stays readable through `runId`, as long as that run is there: `read(origin, { through: runId })`.
   * It is as durable as an entry of `runId`, of which the caller has to be the only writer. What is appended to the origin
   * later may or may not be seen so, and nobody may rely on it. What the run retains already stays as it is. `RUN_UNKNOWN` when
   * there is no `runId`, or no `origin` and nothing of it in `via`; where it has to be read for this, also `JOURNAL_DAMAGED`.
   */
  retain(runId: RunId, origin: RunId, options?: RetainOptions): Promise<void>;
  /** The living writer, or `undefined` when nobody works on the run. */
  owner(runId: RunId, options?: AbortOptions): Promise<JournalOwner | undefined>;
  /** Every run once, in no particular order. */
  list(options?: AbortOptions): AsyncIterable<RunListing>;
}
