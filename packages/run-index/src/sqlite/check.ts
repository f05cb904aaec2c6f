import { existsSync } from "node:fs";
import { runtimeSqlite } from "@dad/disk";
import { messageOf } from "@dad/protocol";
import { RunIndexError } from "../errors.ts";
import type { IndexedRun } from "../run-index.ts";
import { isDamage } from "./damage.ts";
import { hasTable, readRuns } from "./run-table.ts";

/** What is in the file of an index, or why it is not what was written. */
export type IndexFileState = { readonly runs: readonly IndexedRun[] } | { readonly damage: string };

/**
 * Looks at the file of an index and changes nothing, unlike those who use it: they begin a damaged one anew. `undefined` when
 * there is no file, or no SQLite in this runtime.
 *
 * Errors: `RUN_INDEX_FAILED`, also when somebody writes to it at this moment.
 */
export async function readIndexFile(file: string): Promise<IndexFileState | undefined> {
  const sqlite = runtimeSqlite();
  if (sqlite === undefined || !existsSync(file)) return undefined;
  try {
    const database = new sqlite.DatabaseSync(file, { readOnly: true, timeout: PATIENCE_MS });
    try {
      const [problem] = database.prepare("PRAGMA integrity_check(1)").all();
      const said = String(problem?.["integrity_check"]);
      if (said !== "ok") return { damage: said };
      return { runs: hasTable(database) ? readRuns(database) : [] };
    } finally {
      database.close();
    }
  } catch (error) {
    if (isDamage(error)) return { damage: messageOf(error) };
    throw new RunIndexError("read", file, error);
  }
}

const PATIENCE_MS = 5_000;
