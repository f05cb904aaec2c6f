/**
 * Secrets by reference: where they are, what they reveal, and how they are kept out of all that is written.
 *
 * @packageDocumentation
 */
export type { KnownSecret } from "./known-secret.ts";
export type { RedactedStream, Redactor } from "./redactor.ts";
export { type Secret, secretMark, secretOf } from "./secret.ts";
