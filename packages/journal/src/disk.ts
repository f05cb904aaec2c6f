/**
 * Keeps journals in a directory, durably.
 *
 * @packageDocumentation
 */
export { diskJournalStore, type DiskJournalStoreOptions } from "./disk/disk-journal-store.ts";
