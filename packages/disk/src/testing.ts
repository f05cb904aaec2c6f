/**
 * Disks that go wrong when a test wants them to, and that lose power. For tests and harness programs only.
 *
 * @packageDocumentation
 */
export { DiskCrashedError } from "./testing/disk-crashed-error.ts";
export type { DiskCall, Fault, FaultyDiskOptions } from "./testing/faulty-calls.ts";
export { faultyDisk } from "./testing/faulty-disk.ts";
export { type PowerLossDisk, powerLossDisk, type PowerLossDiskOptions } from "./testing/power-loss-disk.ts";
export type { Survival } from "./testing/survival.ts";
