/**
 * The isolation port on bubblewrap: code that nobody has read reaches nothing but what it was given.
 *
 * @packageDocumentation
 */
export { bubblewrapIsolation, type BubblewrapIsolationOptions } from "./bubblewrap-isolation.ts";
