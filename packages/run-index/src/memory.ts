/**
 * Keeps a run index in this process. For tests, and for what lists runs again and again.
 *
 * @packageDocumentation
 */
import type { RunId } from "@dad/protocol";
import type { IndexedRun, RunIndex } from "./run-index.ts";

/** A {@link RunIndex} that lasts as long as this object. */
export function memoryRunIndex(): RunIndex {
  const runs = new Map<RunId, IndexedRun>();
  return {
    capabilities: { shared: false },
    async all({ signal } = {}) {
      signal?.throwIfAborted();
      return structuredClone([...runs.values()]);
    },
    async put(more, { signal } = {}) {
      signal?.throwIfAborted();
      for (const run of structuredClone(more)) runs.set(run.entry.runId, run);
    },
    async remove(runIds, { signal } = {}) {
      signal?.throwIfAborted();
      for (const runId of runIds) runs.delete(runId);
    },
  };
}
