import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { RunId, RunListEntry } from "@dad/protocol";
import type { IndexedRun } from "../run-index.ts";
import { DamagedFileError } from "./damage.ts";

/** Goes up whenever rows mean something else than before: a file of another version is begun anew. */
const FORMAT_VERSION = 1;

/** A row proves itself, whatever happened to the pages around it. */
const TABLE = `
  CREATE TABLE buckets (bucket INTEGER PRIMARY KEY, versions TEXT NOT NULL, entries TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
  PRAGMA user_version = ${FORMAT_VERSION}`;

/** Thousands of runs are read in the time that a few long rows take, and a run is put without writing all others again. */
const BUCKETS = 64;

/** Some of the runs. Those whose ids have the same hash are together. */
interface Row {
  readonly bucket: number;
  /** Strings in JSON. */
  readonly versions: string;
  /** Each is a `RunListEntry` in JSON, and stands where its version does. */
  readonly entries: string;
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

/** Every run. @throws DamagedFileError when a row is not what was written. */
export function readRuns(database: DatabaseSync): IndexedRun[] {
  let previous = -1;
  return database
    .prepare("SELECT bucket, versions, entries, checksum FROM buckets")
    .all()
    .flatMap((row: unknown) => {
      // The order of the keys is that of the tree: where it is broken, a row is found twice, or never again.
      if (!isIntact(row) || row.bucket <= previous) throw new DamagedFileError("a row is not what was written");
      previous = row.bucket;
      return runsIn(row);
    });
}

/** A damaged row can hold values of any type. */
function isIntact(row: unknown): row is Row {
  const { bucket, versions, entries, checksum } = row as Record<keyof Row, unknown>;
  return typeof versions === "string" && typeof entries === "string" && checksumOf(bucket, versions, entries) === checksum;
}

function checksumOf(bucket: unknown, versions: string, entries: string): number {
  return crc32(entries, crc32(versions, crc32(String(bucket))));
}

function runsIn({ versions, entries }: Row): IndexedRun[] {
  const entryAt = JSON.parse(entries) as readonly RunListEntry[];
  return (JSON.parse(versions) as readonly string[]).map((version, index) => ({ version, entry: entryAt[index]! }));
}

export function putRuns(database: DatabaseSync, runs: readonly IndexedRun[]): void {
  const put = Map.groupBy(runs, ({ entry }) => bucketOf(entry.runId));
  for (const [bucket, some] of put) change(database, bucket, (known) => some.forEach((run) => known.set(run.entry.runId, run)));
}

export function removeRuns(database: DatabaseSync, runIds: readonly RunId[]): void {
  const removed = Map.groupBy(runIds, bucketOf);
  for (const [bucket, some] of removed) change(database, bucket, (known) => some.forEach((runId) => known.delete(runId)));
}

function bucketOf(runId: RunId): number {
  return crc32(runId) % BUCKETS;
}

/** @throws DamagedFileError when the row is not what was written. */
function change(database: DatabaseSync, bucket: number, work: (known: Map<RunId, IndexedRun>) => void): void {
  const row: unknown = database.prepare("SELECT bucket, versions, entries, checksum FROM buckets WHERE bucket = ?").get(bucket);
  if (row !== undefined && !isIntact(row)) throw new DamagedFileError("a row is not what was written");
  const known = new Map((row === undefined ? [] : runsIn(row)).map((run) => [run.entry.runId, run]));
  work(known);
  const runs = [...known.values()];
  const versions = JSON.stringify(runs.map(({ version }) => version));
  const entries = JSON.stringify(runs.map(({ entry }) => entry));
  database
    .prepare("INSERT OR REPLACE INTO buckets (bucket, versions, entries, checksum) VALUES (?, ?, ?, ?)")
    .run(bucket, versions, entries, checksumOf(bucket, versions, entries));
}
