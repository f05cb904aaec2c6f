/**
 * What every adapter of the port of this package has to pass.
 *
 * @packageDocumentation
 */
export { journalStoreContract } from "./testing/journal-store-contract.ts";
export type { JournalStoreSubject } from "./testing/subject.ts";
