import type { KnownSecret } from "./known-secret.ts";
import { LEAST_SECRET_BYTES } from "./secret-needles.ts";

/** What a variable of the environment is called whose value is a secret. */
const SECRET_NAME = /(^|_)(API_?KEYS?|ACCESS_?KEYS?|PRIVATE_?KEYS?|SECRETS?|TOKENS?|PASSWORDS?|PASSWD|CREDENTIALS?)(_|$)/i;
/** Such a name says where a secret is, and what it is called. */
const PLACE_NAME = /_(URL|URI|ENDPOINT|FILE|PATH|DIR|NAME)$/i;
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

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PLACE_NAME.test(name);
}

function isSecretValue(value: string): boolean {
  const isPlace = /^(\/|~\/|[a-z]:[\\/])/i.test(value);
  return value.length >= LEAST_CHARACTERS && !isPlace && !/^[a-z]+$/i.test(value);
}
