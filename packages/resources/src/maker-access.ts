import type { Secret } from "@dad/secrets";

/** Where a secret is found: `env:NAME`, `file:path`, `cmd:command`, or of another source (`keychain:service/account`). Never the secret itself. */
export type SecretReference = string;

/** What a maker may use. */
export interface MakerAccess {
  /** Reads nothing yet: that happens when it is revealed. @throws SecretReferenceError (`SECRET_REFERENCE_INVALID`). */
  secret(reference: SecretReference): Secret;
}
