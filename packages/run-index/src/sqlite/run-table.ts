import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { RunId, RunListEntry } from "@dad/protocol";
import type { IndexedRun } from "../run-index.ts";
import { DamagedFileError } from "./damage.ts";

/** Goes up whenever rows mean something else than before: a file of another version is begun anew. */
const FORMAT_VERSION = 1;

/** A row proves itself, whatever happened to the pages around it. */
const TABLE = `
  CREATE TABLE runs (run_id TEXT PRIMARY KEY, version TEXT NOT NULL, entry TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT_VERSION}`;

/** What `SELECT` gives of a row that was not changed. */
interface Row {
  readonly run_id: string;
  readonly version: string;
  /** A `RunListEntry` in JSON. */
  readonly entry: string;
  readonly checksum: number;
}

/** False for a file in which nothing was written yet. @throws DamagedFileError for one that holds something else. */
export function hasTable(database: DatabaseSync): boolean {
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === FORMAT_VERSION) return true;
  const things = database.prepare("SELECT count(*) AS things FROM sqlite_schema").get()?.["things"];
  if (version !== 0 || things !== 0) throw new DamagedFileError("it is not an index of this format");
  return false;
}

export function makeTable(database: DatabaseSync): void {
  database.exec(TABLE);
}

/** Every row. @throws DamagedFileError when one is not what was written. */
export function readRows(database: DatabaseSync): IndexedRun[] {
  const rows: readonly unknown[] = database.prepare("SELECT run_id, version, entry, checksum FROM runs").all();
  if (!rows.every(isIntact)) throw new DamagedFileError("a row is not what was written");
  // One long text takes less time than many short ones.
  const entries = JSON.parse(`[${rows.map(({ entry }) => entry).join(",")}]`) as readonly RunListEntry[];
  let previous = "";
  return rows.map(({ run_id, version }, index) => {
    const entry = entries[index];
    // The order of the keys is that of the tree: where it is broken, a run is found twice, or never again.
    if (entry?.runId !== run_id || run_id <= previous) throw new DamagedFileError("a row does not stand in its place");
    previous = run_id;
    return { version, entry };
  });
}

/** A damaged row can hold values of any type. */
function isIntact(row: unknown): row is Row {
  const { version, entry, checksum } = row as Record<keyof Row, unknown>;
  return typeof version === "string" && typeof entry === "string" && checksumOf(version, entry) === checksum;
}

function checksumOf(version: string, entry: string): number {
  return crc32(entry, crc32(version));
}

export function putRows(database: DatabaseSync, runs: readonly IndexedRun[]): void {
  const insert = database.prepare("INSERT OR REPLACE INTO runs (run_id, version, entry, checksum) VALUES (?, ?, ?, ?)");
  for (const { version, entry } of runs) {
    const text = JSON.stringify(entry);
    insert.run(entry.runId, version, text, checksumOf(version, text));
  }
}

export function removeRows(database: DatabaseSync, runIds: readonly RunId[]): void {
  const remove = database.prepare("DELETE FROM runs WHERE run_id = ?");
  for (const runId of runIds) remove.run(runId);
}
