/**
 * Keeps what is posted for a run in the directory of the run, durably.
 *
 * @packageDocumentation
 */
export { diskInbox, type DiskInboxOptions } from "./disk/disk-inbox.ts";
