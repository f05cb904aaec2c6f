import { resolve } from "node:path";
import { runtimeSqlite } from "@dad/disk";
import type { RunIndex } from "../run-index.ts";
import { putRuns, readRuns, removeRuns } from "./run-table.ts";
import { tableFile } from "./table-file.ts";

export interface SqliteRunIndexOptions {
  /** The database. It is made, with its directory, when something is put. A damaged one, or one of another format, is deleted and begun anew. */
  readonly file: string;
}

/**
 * A {@link RunIndex} in one file, for any number of processes, or `undefined` where the runtime has no SQLite.
 *
 * Every row has a checksum, so that damage is noticed. Nothing is waited for to be durable, and nothing is kept open: the file can
 * be deleted at any moment.
 */
export function sqliteRunIndex(options: SqliteRunIndexOptions): RunIndex | undefined {
  const sqlite = runtimeSqlite();
  if (sqlite === undefined) return undefined;
  const table = tableFile(sqlite, resolve(options.file));
  return {
    capabilities: { shared: true },
    all: async (how = {}) => (await table.read(readRuns, how)) ?? [],
    put: (runs, how = {}) => table.write((database) => putRuns(database, runs), how),
    remove: (runIds, how = {}) => table.write((database) => removeRuns(database, runIds), how),
  };
}
