import type { RunId } from "@dad/protocol";
import { checkedRunId } from "./entry.ts";
import type { ReadOptions } from "./journal-store.ts";

/** Refuses what nobody can read. @throws TypeError */
export function checkReading(runId: RunId, { follow, through }: ReadOptions): void {
  checkedRunId(runId);
  if (through === undefined) return;
  checkedRunId(through);
  if (follow) throw new TypeError("what a run retains of another is not followed: leave out `through`, or `follow`");
}
