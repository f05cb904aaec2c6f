/**
 * Keeps journals in a directory, durably.
 *
 * @packageDocumentation
 */
export { diskJournalStore, type DiskJournalStoreOptions } from "./disk/disk-journal-store.ts";
export { checkDiskJournals, type CheckJournalsOptions } from "./disk/check-journals.ts";
export type { DiskRuns } from "./disk/disk-runs.ts";
export { journalLitter } from "./disk/journal-litter.ts";
export { keepValidPrefix, type KeptPrefix } from "./disk/keep-valid-prefix.ts";
export { retainedLines } from "./disk/retained-lines.ts";
export { setAsideOf } from "./disk/set-aside.ts";
export { whileNobodyWorks } from "./disk/while-nobody-works.ts";
