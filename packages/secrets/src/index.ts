/**
 * Secrets by reference: where they are, what they reveal, and how they are kept out of all that is written.
 *
 * @packageDocumentation
 */
export type { KnownSecret } from "./known-secret.ts";
export { type NeedleSearch, needleSearch } from "./needle-search.ts";
export { type RedactedStream, redactor, type Redactor } from "./redactor.ts";
export { type Secret, secretMark, secretOf } from "./secret.ts";
export { LEAST_SECRET_BYTES, type Needle, type Needles, needlesOf } from "./secret-needles.ts";
export { secretsIn } from "./secrets-in.ts";
