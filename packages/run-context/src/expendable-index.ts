import type { RunId } from "@dad/protocol";
import type { IndexedRun, RunIndex } from "@dad/run-index";

/** An index on which nothing depends: its first failure ends its use. */
export interface ExpendableIndex {
  all(): Promise<readonly IndexedRun[]>;
  put(runs: readonly IndexedRun[]): Promise<void>;
  remove(runIds: readonly RunId[]): Promise<void>;
  /** Why it is used no more, when it failed. */
  failure(): { readonly indexError?: unknown };
}

/** Without an index it knows nothing and keeps nothing. That the signal was aborted is no failure of the index, and is thrown. */
export function expendableIndex(index: RunIndex | undefined, signal: AbortSignal | undefined): ExpendableIndex {
  let [usable, failure]: [RunIndex | undefined, { readonly indexError?: unknown }] = [index, {}];
  const options = signal ? { signal } : {};

  async function use<Result>(work: (index: RunIndex) => Promise<Result>, otherwise: Result): Promise<Result> {
    if (usable === undefined) return otherwise;
    try {
      return await work(usable);
    } catch (error) {
      signal?.throwIfAborted();
      [usable, failure] = [undefined, { indexError: error }];
      return otherwise;
    }
  }

  return {
    all: () => use((index) => index.all(options), []),
    put: (runs) => use((index) => index.put(runs, options), undefined),
    remove: (runIds) => use((index) => index.remove(runIds, options), undefined),
    failure: () => failure,
  };
}
