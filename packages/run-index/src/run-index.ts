import type { RunId, RunListEntry } from "@dad/protocol";

export interface RunIndexCapabilities {
  /** Whoever opens the same place, in whatever process, finds what was put. */
  readonly shared: boolean;
}

/** What a list of runs says of one of them, and when that stops being true. */
export interface IndexedRun {
  /** The version of the journal that the entry was made from. When the journal has another one, the entry is out of date. */
  readonly version: string;
  readonly entry: RunListEntry;
}

export interface RunIndexOptions {
  readonly signal?: AbortSignal;
}

/**
 * Port: what is known of each run, so that nobody has to read its journal to list it. All of it is derived: an index
 * can be deleted at any moment. One that was damaged, or that another version of DAD wrote, is empty: never wrong, and no failure.
 *
 * Adapters: `@dad/run-index/memory`, `@dad/run-index/sqlite`. Fails with `RUN_INDEX_FAILED`.
 */
export interface RunIndex {
  readonly capabilities: RunIndexCapabilities;
  /** Every run that was put and not removed, once, in no particular order. */
  all(options?: RunIndexOptions): Promise<readonly IndexedRun[]>;
  /** Adds runs, and replaces what was put for them before. All or, when it fails, none. */
  put(runs: readonly IndexedRun[], options?: RunIndexOptions): Promise<void>;
  /** Forgets runs. One that it does not know is no failure. */
  remove(runIds: readonly RunId[], options?: RunIndexOptions): Promise<void>;
}
