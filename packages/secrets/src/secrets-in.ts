import type { KnownSecret } from "./known-secret.ts";
import { isSecretName } from "./secret-names.ts";
import { LEAST_SECRET_BYTES } from "./secret-forms.ts";

const LEAST_CHARACTERS = 12;

/**
 * The secrets among the variables of an environment, called `env:NAME`: those whose names have a word such as `API_KEY`, `SECRET`,
 * `TOKEN`, `PASSWORD` or `CREDENTIALS` in them, and whose values are 12 characters at least, no absolute path and no mere word
 * such as `unauthenticated`. With `names`, exactly these of them that are set, however they are called; what has less than 8 bytes is
 * left out all the same.
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>, names?: readonly string[]): KnownSecret[] {
  return Object.keys(env).flatMap((name) => {
    const value = env[name]?.trim() ?? "";
    const isSecret = names ? names.includes(name) && Buffer.byteLength(value) >= LEAST_SECRET_BYTES : isSecretName(name) && isSecretValue(value);
    return isSecret ? [{ name: `env:${name}`, value }] : [];
  });
}

function isSecretValue(value: string): boolean {
  const isPlace = /^(\/|~\/|[a-z]:[\\/])/i.test(value);
  return value.length >= LEAST_CHARACTERS && !isPlace && !/^[a-z]+$/i.test(value);
}
