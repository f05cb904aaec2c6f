/**
 * Port: where secrets of one scheme are.
 *
 * Adapters: `envSecrets`, `fileSecrets`, `commandSecrets`; `@dad/secrets-keychain`. Their contract: `@dad/secrets/testing`.
 */
export interface SecretSource {
  /** What references to these secrets begin with: `env` in `env:NAME`. */
  readonly scheme: string;
  /**
   * The value, read anew each time, without the line break at its end.
   *
   * @param rest - What comes after the colon.
   * @throws SecretUnavailableError (`SECRET_UNAVAILABLE`), which names the secret and what to do, and never has the value, or a part of
   * it. When the signal is aborted, its reason.
   */
  read(rest: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
  /** The same where it costs nothing to know it: nothing is read, started or asked for. `undefined` when there is none, or it would. */
  knownNow?(rest: string): string | undefined;
}
