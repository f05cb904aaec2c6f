/**
 * Durable operations on files, for adapters that keep things on disk.
 *
 * @packageDocumentation
 */
export type { DiskEntry, DiskFile, DiskFs } from "./disk-fs.ts";
export { type DiskFailure, diskOperations, type DiskOperations, SYNC } from "./disk-operations.ts";
