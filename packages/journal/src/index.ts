/**
 * The append-only record from which a run is known, continued and verified.
 *
 * @packageDocumentation
 */
export {
  JournalClosedError,
  JournalDamagedError,
  JournalStorageError,
  RunExistsError,
  RunLockedError,
  RunTakenOverError,
  RunUnknownError,
} from "./errors.ts";
export type {
  AbortOptions,
  AppendOptions,
  Journal,
  JournalCapabilities,
  JournalOwner,
  JournalStore,
  OpenOptions,
  ReadOptions,
  RetainOptions,
  RunListing,
} from "./journal-store.ts";
