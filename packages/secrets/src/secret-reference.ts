import { SecretReferenceError } from "./errors.ts";
import { looksLikeSecret } from "./secret-names.ts";

/** Where a secret is: `env:NAME` is of the scheme `env`, and `NAME` says the rest. */
export interface SecretPlaceReference {
  readonly scheme: string;
  readonly rest: string;
}

/**
 * What a reference says.
 *
 * @throws SecretReferenceError (`SECRET_REFERENCE_INVALID`) for what is none, and for what has the form of a key in it, also behind a scheme.
 */
export function parseSecretReference(text: string): SecretPlaceReference {
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*):(.+)$/.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) throw new SecretReferenceError("a text that should be a reference to a secret is none");
  if (/\p{Cc}/u.test(rest) || rest !== rest.trim()) {
    throw new SecretReferenceError("a reference to a secret is one line, with no white space around what comes after the colon");
  }
  if ([text, ...rest.split(/[\s"'=]+/)].some(looksLikeSecret))
    throw new SecretReferenceError("a reference to a secret has in it what looks like a key");
  return { scheme, rest };
}
