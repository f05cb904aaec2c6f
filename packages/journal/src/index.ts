/**
 * The append-only record from which a run is known, continued and verified.
 *
 * @packageDocumentation
 */
export { JournalClosedError, JournalDamagedError, JournalStorageError, RunExistsError, RunLockedError, RunUnknownError } from "./errors.ts";
export type { AbortOptions, Journal, JournalCapabilities, JournalOwner, JournalStore, ReadOptions } from "./journal-store.ts";
