import { type RunId, RunListEntry } from "@dad/protocol";
import type { IndexedRun, RunIndex } from "../run-index.ts";

/** A run of which everything is different when its number is, and what was said of it is when its revision is. */
export function sampleRun(number: number, revision = 1): IndexedRun {
  return {
    version: `${number}-${revision}`,
    entry: RunListEntry.parse({
      runId: `run_20261122_073443_${number.toString(16).padStart(6, "0")}`,
      status: revision === 1 ? "interrupted" : "completed",
      rootComponentId: `agent "${number}" \u2028 ä`,
      startedAt: new Date(Date.UTC(2026, 10, 22) + number).toISOString(),
      endedAt: revision === 1 ? null : new Date(Date.UTC(2026, 10, 23) + revision).toISOString(),
      ...(number % 2 === 0 ? { rerun: { of: "run_0", from: "agent.flow" } } : {}),
    }),
  };
}

export function sampleRuns(count: number, revision = 1): IndexedRun[] {
  return Array.from({ length: count }, (_, number) => sampleRun(number, revision));
}

export function idsOf(runs: readonly IndexedRun[]): RunId[] {
  return runs.map(({ entry }) => entry.runId);
}

/** What is in it, in the order of the ids. */
export async function contentOf(index: RunIndex): Promise<readonly IndexedRun[]> {
  return inOrder(await index.all());
}

export function inOrder(runs: readonly IndexedRun[]): IndexedRun[] {
  return [...runs].sort((left, right) => (left.entry.runId < right.entry.runId ? -1 : 1));
}
