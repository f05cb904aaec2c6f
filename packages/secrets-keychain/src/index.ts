/**
 * Secrets in the keychain of the machine: macOS, Windows, and the Secret Service of Linux desktops.
 *
 * @packageDocumentation
 */
export { type KeychainModule, keychainSecrets, type KeychainSecretsOptions } from "./keychain-secrets.ts";
