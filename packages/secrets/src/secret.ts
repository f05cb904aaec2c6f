import { inspect } from "node:util";
import type { KnownSecret } from "./known-secret.ts";
import { sharedRead } from "./shared-read.ts";

/** A secret by its reference. Whatever prints it prints `[secret env:NAME]`. */
export interface Secret {
  readonly reference: string;
  /**
   * Its value, without the line break at its end. It is read when it is first asked for, once for all who ask, and then kept.
   *
   * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`), which says where it was looked for and what to do, and never what was found.
   * When the signal is aborted, its reason; who else waits for the value goes on waiting.
   */
  reveal(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
  toString(): string;
  toJSON(): string;
  [inspect.custom](): string;
}

const LONGEST_REFERENCE = 80;

/**
 * What stands in the place of a secret, wherever something is written. It can stand in texts of JSON and in one line: of a reference that has
 * quotes, backslashes or control characters, it has others in their place, and a long one is cut.
 */
export function secretMark(reference: string): string {
  const name = reference
    .replaceAll('"', "'")
    .replaceAll("\\", "/")
    .replaceAll(/\p{Cc}/gu, " ")
    .toWellFormed();
  return `[secret ${name.length > LONGEST_REFERENCE ? `${name.slice(0, LONGEST_REFERENCE).toWellFormed()}…` : name}]`;
}

/** A secret that is read by a function: once, however many ask for it at the same time, and again only when that failed. */
export function secretOf(reference: string, read: (options: { readonly signal: AbortSignal }) => Promise<string>): Secret {
  const shared = sharedRead((signal) => read({ signal }));
  const mark = (): string => secretMark(reference);
  return {
    reference,
    reveal: ({ signal } = {}) => shared(signal),
    toString: mark,
    toJSON: mark,
    [inspect.custom]: mark,
  };
}

/** The same secret. Somebody is told it once, before whoever reveals it first gets it; when that throws, nobody does. */
export function heardSecret(secret: Secret, onRevealed: (secret: KnownSecret) => void): Secret {
  let told = false;
  return {
    ...secret,
    async reveal(options) {
      const value = await secret.reveal(options);
      if (!told) onRevealed({ name: secret.reference, value });
      told = true;
      return value;
    },
  };
}
