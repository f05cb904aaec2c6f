import { SecretUnavailableError } from "./errors.ts";
import type { SecretSource } from "./secret-source.ts";

/** Variables of an environment: `env:NAME`. */
export function envSecrets(env: Readonly<Record<string, string | undefined>>): SecretSource {
  const scheme = "env";
  // White space around a key never belongs to it: it comes from the file that the variable was set from.
  const valueOf = (name: string): string | undefined => (Object.hasOwn(env, name) ? env[name]?.trim() : undefined) || undefined;
  return {
    scheme,
    async read(name, { signal } = {}) {
      signal?.throwIfAborted();
      const value = valueOf(name);
      if (value === undefined) {
        const problem = env[name] === undefined ? "is not set" : "is empty";
        throw new SecretUnavailableError(`${scheme}:${name}`, `the variable ${name} ${problem}. Set it in the environment of this process`);
      }
      return value;
    },
    knownNow: valueOf,
  };
}
