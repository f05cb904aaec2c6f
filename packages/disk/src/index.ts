/**
 * Durable operations on files, for adapters that keep things on disk.
 *
 * @packageDocumentation
 */
export type { DiskEntry, DiskFile, DiskFs, ListedEntry } from "./disk-fs.ts";
export { type DiskFailure, diskOperations, type DiskOperations, SYNC } from "./disk-operations.ts";
export { type ForeignFile, type ForeignFiles, foreignFiles, type ForeignReadOptions } from "./foreign-files.ts";
export { type Litter, type Measured, measure } from "./litter.ts";
export { type HeldLock, kernelLocks, type Locks, memoryLocks } from "./locks.ts";
export { lookAtAll } from "./look-at-all.ts";
export { nodeDisk } from "./node-disk.ts";
export { ForeignFileRefusal } from "./open-inside.ts";
export { runtimeSqlite, type Sqlite } from "./sqlite.ts";
