/**
 * Keeps a run index in a file, by the SQLite of the runtime.
 *
 * @packageDocumentation
 */
export { sqliteRunIndex, type SqliteRunIndexOptions } from "./sqlite/sqlite-run-index.ts";
export { type IndexFileState, readIndexFile } from "./sqlite/check.ts";
