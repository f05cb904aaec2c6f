/**
 * Durable operations on files, for adapters that keep things on disk.
 *
 * @packageDocumentation
 */
export type { DiskEntry, DiskFile, DiskFs, ListedEntry } from "./disk-fs.ts";
export { type DiskFailure, diskOperations, type DiskOperations, SYNC } from "./disk-operations.ts";
export { type HeldLock, kernelLocks, type Locks, memoryLocks } from "./locks.ts";
export { lookAtAll } from "./look-at-all.ts";
export { nodeDisk } from "./node-disk.ts";
