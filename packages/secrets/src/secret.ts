import { inspect } from "node:util";

/** A secret by its reference. Whatever prints it prints `[secret env:NAME]`. */
export interface Secret {
  readonly reference: string;
  /**
   * Its value, without the line break at its end. It is read when it is first asked for, and then kept.
   *
   * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`), which says where it was looked for and what to do, and never what was found.
   */
  reveal(options?: { readonly signal?: AbortSignal }): Promise<string>;
  toString(): string;
  toJSON(): string;
  [inspect.custom](): string;
}

/** What stands in the place of a secret, wherever something is written. */
export function secretMark(reference: string): string {
  return `[secret ${reference}]`;
}

/** A secret that is read by a function. For sources. */
export function secretOf(reference: string, read: (options: { readonly signal?: AbortSignal }) => Promise<string>): Secret {
  let value: Promise<string> | undefined;
  const mark = (): string => secretMark(reference);
  return {
    reference,
    reveal(options = {}) {
      value ??= read(options).catch((error: unknown) => {
        value = undefined;
        throw error;
      });
      return value;
    },
    toString: mark,
    toJSON: mark,
    [inspect.custom]: mark,
  };
}
