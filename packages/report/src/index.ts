/**
 * Gathers all that is known of a run, and makes one page of it.
 *
 * @packageDocumentation
 */
export {};
