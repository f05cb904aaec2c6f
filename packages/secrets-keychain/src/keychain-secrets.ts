import { SecretUnavailableError, type SecretSource } from "@dad/secrets";

/** What is used of `@napi-rs/keyring`. */
export interface KeychainModule {
  readonly AsyncEntry: new (
    service: string,
    account: string,
    options?: { readonly linux?: { readonly store?: "secret-service" } },
  ) => { getPassword(signal?: AbortSignal): Promise<string | null | undefined> };
}

export interface KeychainSecretsOptions {
  /** What reads keychains. Default: `@napi-rs/keyring`, which has to be installed, and is loaded when the first secret is read. */
  readonly load?: (() => Promise<KeychainModule>) | undefined;
}

const OTHER_WAYS = "On a machine without a keychain, use env:NAME or file:path instead";

/**
 * The keychain of the machine: `keychain:service/account`. That is the login keychain of macOS, the credentials of Windows, and the Secret
 * Service of a Linux desktop (GNOME Keyring, KWallet). It may ask its user before it gives something, and is waited for until the signal.
 */
export function keychainSecrets({ load = loadKeyring }: KeychainSecretsOptions = {}): SecretSource {
  const scheme = "keychain";
  return {
    scheme,
    async read(rest, { signal } = {}) {
      signal?.throwIfAborted();
      const unavailable = (problem: string, cause?: unknown): SecretUnavailableError =>
        new SecretUnavailableError(`${scheme}:${rest}`, problem, cause === undefined ? {} : { cause });
      const [, service, account] = /^([^/]+)\/(.+)$/.exec(rest) ?? [];
      if (service === undefined || account === undefined) throw unavailable("write keychain:service/account");
      const { AsyncEntry } = await load().catch((cause: unknown) => {
        throw unavailable(
          `@napi-rs/keyring, which reads keychains, cannot be loaded. Install it: npm install @napi-rs/keyring. ${OTHER_WAYS}`,
          cause,
        );
      });
      const password = await untilAborted(signal, async () =>
        // Of Linux not the keyring of the kernel, in which nothing outlives the session.
        new AsyncEntry(service, account, { linux: { store: "secret-service" } }).getPassword(signal),
      ).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw unavailable(`the keychain of this machine cannot be read. ${OTHER_WAYS}`, cause);
      });
      const value = password?.replace(/\r?\n$/, "");
      if (!value) throw unavailable(`the keychain has nothing for the account ${account} of ${service}. Put it there, or use env:NAME or file:path`);
      return value;
    },
  };
}

async function loadKeyring(): Promise<KeychainModule> {
  return await import("@napi-rs/keyring");
}

/** A keychain that asks its user does not always know that nobody waits any more. */
async function untilAborted<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
  if (signal === undefined) return work();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
