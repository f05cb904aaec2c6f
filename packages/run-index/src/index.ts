/**
 * What is known of each run, so that a list of runs does not read their journals.
 *
 * @packageDocumentation
 */
export { RunIndexError } from "./errors.ts";
export type { IndexedRun, RunIndex, RunIndexCapabilities, RunIndexOptions } from "./run-index.ts";
