/**
 * Durable operations on files, for adapters that keep things on disk.
 *
 * @packageDocumentation
 */
export {
  confinedDirectory,
  type ConfinedDirectory,
  type ConfinedEntry,
  type ConfinedOptions,
  type Waiting,
  type WalkOptions,
} from "./confined-directory.ts";
export type { ConfinedFile } from "./confined-file.ts";
export type { ConfinedPath } from "./confined-path.ts";
export type { ConfinedContent, ReadAllOptions } from "./confined-reading.ts";
export type { ConfinedStats } from "./confined-stats.ts";
export type { WalkedEntry, WalkLimits } from "./confined-walk.ts";
export { WRITING_PREFIX } from "./confined-writing.ts";
export type { DiskEntry, DiskFile, DiskFs, ListedEntry } from "./disk-fs.ts";
export { type DiskFailure, diskOperations, type DiskOperations, SYNC } from "./disk-operations.ts";
export type { FileKind, ForeignFile, ForeignReadOptions } from "./file-content.ts";
export { ForeignFileRefusal } from "./foreign-file-refusal.ts";
export { type ForeignFiles, foreignFiles } from "./foreign-files.ts";
export { type Litter, type Measured, measure } from "./litter.ts";
export { type HeldLock, kernelLocks, type Locks, memoryLocks } from "./locks.ts";
export { lookAtAll } from "./look-at-all.ts";
export { nodeDisk } from "./node-disk.ts";
export { runtimeSqlite, type Sqlite } from "./sqlite.ts";
