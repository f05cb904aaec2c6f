import { DadError } from "@dad/protocol";
import { SecretReferenceError, SecretUnavailableError } from "./errors.ts";
import type { KnownSecret } from "./known-secret.ts";
import { LEAST_SECRET_BYTES } from "./secret-forms.ts";
import { parseSecretReference } from "./secret-reference.ts";
import type { SecretSource } from "./secret-source.ts";
import { heardSecret, type Secret, secretOf } from "./secret.ts";

/** Secrets by their references. Each value is read once, when it is first revealed. */
export interface SecretVault {
  /** What references can begin with. */
  readonly schemes: readonly string[];
  /**
   * The same object for the same reference. Nothing is read yet.
   *
   * @throws SecretReferenceError (`SECRET_REFERENCE_INVALID`) for what is no reference, and for one of a scheme that there is no source for.
   */
  secret(reference: string): Secret;
  /** Those of these whose values are known without reading, starting or asking for anything, such as `env:` ones that are set. @throws SecretReferenceError */
  knownNow(references: Iterable<string>): KnownSecret[];
  /** The same vault, with one more who is told each secret that is revealed by what this one gives, before anybody gets it. */
  heardBy(onRevealed: (secret: KnownSecret) => void): SecretVault;
}

export interface SecretVaultOptions {
  /** One for each scheme. */
  readonly sources: readonly SecretSource[];
  /** Is told each secret once it is read, before anybody gets it. When it throws, nobody does. */
  readonly onRevealed?: ((secret: KnownSecret) => void) | undefined;
}

/**
 * A vault of these sources. What is shorter than 8 bytes is refused (`SECRET_UNAVAILABLE`): it would be found wherever somebody writes, so
 * nobody could keep it out of what is recorded.
 */
export function secretVault({ sources, onRevealed }: SecretVaultOptions): SecretVault {
  const bySchemes = new Map(sources.map((source) => [source.scheme, source]));
  if (bySchemes.size < sources.length) throw new TypeError("two sources of secrets have the same scheme");
  const schemes = [...bySchemes.keys()];
  const find = (reference: string): { readonly source: SecretSource; readonly rest: string } => {
    const { scheme, rest } = parseSecretReference(reference);
    const source = bySchemes.get(scheme);
    if (source === undefined) throw new SecretReferenceError(unknownScheme(scheme), schemes);
    return { source, rest };
  };
  const secret = (reference: string): Secret => {
    const { source, rest } = find(reference);
    return secretOf(reference, async ({ signal }) => {
      const value = await soundValue(reference, () => source.read(rest, { signal }), signal);
      onRevealed?.({ name: reference, value });
      return value;
    });
  };
  return vaultOf({
    schemes,
    secret: once(secret),
    knownNow: (references) => [...new Set(references)].flatMap((reference) => known(reference, find(reference))),
  });
}

function vaultOf(vault: Omit<SecretVault, "heardBy">): SecretVault {
  return {
    ...vault,
    heardBy: (onRevealed) => vaultOf({ ...vault, secret: once((reference) => heardSecret(vault.secret(reference), onRevealed)) }),
  };
}

function once(make: (reference: string) => Secret): (reference: string) => Secret {
  const made = new Map<string, Secret>();
  return (reference) => {
    const secret = made.get(reference) ?? make(reference);
    made.set(reference, secret);
    return secret;
  };
}

function known(name: string, { source, rest }: { readonly source: SecretSource; readonly rest: string }): KnownSecret[] {
  const value = source.knownNow?.(rest);
  return value === undefined || isTooShort(value) ? [] : [{ name, value }];
}

/** Whatever a source does: a text that can be kept out of records, or an error that says which secret it was. */
async function soundValue(reference: string, read: () => Promise<unknown>, signal: AbortSignal): Promise<string> {
  const value = await read().catch((cause: unknown) => {
    if (signal.aborted || DadError.is(cause)) throw cause;
    throw new SecretUnavailableError(reference, "its source failed", { cause });
  });
  if (typeof value !== "string") throw new SecretUnavailableError(reference, "its source gave no text");
  if (isTooShort(value)) {
    throw new SecretUnavailableError(
      reference,
      `it has less than ${LEAST_SECRET_BYTES} bytes, and could not be kept out of what is recorded. Use a longer one; where any key will do, any longer text`,
    );
  }
  return value;
}

function isTooShort(value: string): boolean {
  return Buffer.byteLength(value.trim()) < LEAST_SECRET_BYTES;
}

function unknownScheme(scheme: string): string {
  if (scheme === "keychain") return "there is no source of keychain: secrets here. Give one: keychainSecrets() of @dad/secrets-keychain";
  return "there is no source of secrets for what a reference begins with";
}
