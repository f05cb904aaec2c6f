import type { Secret } from "@dad/secrets";

/** Where a secret is found: `env:NAME`, `file:path`, `cmd:command`, or of another source (`keychain:service/account`). Never the secret itself. */
export type SecretReference = string;

/** What a maker may use. */
export interface MakerAccess {
  /** Reads nothing yet: that happens when it is revealed. @throws SecretReferenceError (`SECRET_REFERENCE_INVALID`). */
  secret(reference: SecretReference): Secret;
}

/** `{ secret: "env:NAME" }`, and nothing else in it: what stands in the place of a secret. `undefined` for any other value. */
export function referenceIn(value: unknown): SecretReference | undefined {
  if (!isPlainObject(value)) return undefined;
  const { secret, ...others } = value;
  return typeof secret === "string" && Object.keys(others).length === 0 ? secret : undefined;
}

/** What is written down. What a program can give besides, such as an instance of a class, is looked into by nobody: it may hold anything, also itself. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
