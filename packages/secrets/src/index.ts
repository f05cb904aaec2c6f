/**
 * Secrets by reference: where they are, what they reveal, and how they are kept out of all that is written.
 *
 * @packageDocumentation
 */
export { commandSecrets, type CommandSecretsOptions } from "./command-secrets.ts";
export { envSecrets } from "./env-secrets.ts";
export { SecretReferenceError, SecretUnavailableError } from "./errors.ts";
export { fileSecrets, type FileSecretsOptions } from "./file-secrets.ts";
export type { KnownSecret } from "./known-secret.ts";
export { type NeedleSearch, needleSearch } from "./needle-search.ts";
export type { RedactedByteStream } from "./redacted-bytes.ts";
export { type RedactedStream, redactor, type Redactor } from "./redactor.ts";
export { isSecretName, looksLikeSecret } from "./secret-names.ts";
export { type Needle, type Needles, needlesOf } from "./secret-needles.ts";
export { parseSecretReference, type SecretPlaceReference } from "./secret-reference.ts";
export type { SecretSource } from "./secret-source.ts";
export { type SecretVault, secretVault, type SecretVaultOptions } from "./secret-vault.ts";
export { heardSecret, type Secret, secretMark, secretOf } from "./secret.ts";
export { secretsIn } from "./secrets-in.ts";
export { withoutCredentials } from "./without-credentials.ts";
