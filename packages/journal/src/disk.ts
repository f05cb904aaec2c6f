/**
 * Keeps journals in a directory, durably.
 *
 * @packageDocumentation
 */
export type { DiskEntry, DiskFile, DiskFs } from "./disk/disk-fs.ts";
export { diskJournalStore, type DiskJournalStoreOptions } from "./disk/disk-journal-store.ts";
