/**
 * What every adapter of the port of this package has to pass.
 *
 * @packageDocumentation
 */
export { journalStoreContract, type JournalStoreSubject } from "./testing/journal-store-contract.ts";
