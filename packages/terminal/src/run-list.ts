import type { RunListEntry } from "@dad/protocol";
import { durationText, timeText } from "./duration.ts";
import { statusWord } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import { rowLines } from "./rows.ts";

/** A table of runs for people, no wider than `columns`. */
export function runListText(runs: readonly RunListEntry[], paint: Paint, columns?: number): string {
  const head = ["RUN", "STATUS", "STARTED", "TOOK", "AGENT", "RE-RUN OF"].map((plain) => ({ plain, shown: paint("dim", plain) }));
  const rows = runs.map(({ runId, status, startedAt, endedAt, rootComponentId, rerun }) => [
    { plain: runId },
    { plain: status, shown: statusWord(status, paint) },
    { plain: timeText(startedAt) },
    { plain: endedAt === null ? "" : durationText(Date.parse(endedAt) - Date.parse(startedAt)) },
    { plain: rootComponentId },
    { plain: rerun?.of ?? "" },
  ]);
  const width = runs.some(({ rerun }) => rerun) ? 6 : 5;
  return rowLines(
    [head, ...rows].map((row) => row.slice(0, width)),
    columns,
  ).join("\n");
}
