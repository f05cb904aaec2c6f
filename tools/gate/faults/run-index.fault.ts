// Fault: what was put for a run first is kept for ever.
// Noticed by: replaces what was put for a run before
import type { RunIndex } from "@dad/run-index";
import { memoryRunIndex } from "@dad/run-index/memory";
import { runIndexContract } from "@dad/run-index/testing";

function stubbornIndex(): RunIndex {
  const index = memoryRunIndex();
  return {
    ...index,
    async put(runs, options) {
      const known = new Set((await index.all()).map(({ entry }) => entry.runId));
      await index.put(
        runs.filter(({ entry }) => !known.has(entry.runId)),
        options,
      );
    },
  };
}

runIndexContract("an index that keeps what is out of date", { create: stubbornIndex });
