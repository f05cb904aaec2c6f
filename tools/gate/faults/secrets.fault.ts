// Fault: a source of secrets that keeps what it has read, and so never knows of another value.
// Noticed by: reads anew each time
import { envSecrets, type SecretSource } from "@dad/secrets";
import { secretSourceContract } from "@dad/secrets/testing";

function keepingSource(source: SecretSource): SecretSource {
  const kept = new Map<string, string>();
  return {
    ...source,
    async read(rest, options) {
      options?.signal?.throwIfAborted();
      const value = kept.get(rest) ?? (await source.read(rest, options));
      kept.set(rest, value);
      return value;
    },
  };
}

secretSourceContract("a source that keeps what it has read", async () => {
  const env: Record<string, string> = {};
  return {
    source: keepingSource(envSecrets(env)),
    async put(name, value) {
      env[name] = value;
      return name;
    },
    missing: "NOBODY_SET_THIS",
    async [Symbol.asyncDispose]() {},
  };
});
