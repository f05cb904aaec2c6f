/** The text of bytes that should be UTF-8: what is not becomes U+FFFD. A character that was cut off at the end is left out. */
export function decodeLossy(bytes: Uint8Array, { cut }: { readonly cut: boolean }): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: cut });
}

/** The text of bytes that are UTF-8 and no binary data, else `undefined`. A character that was cut off at the end is left out. */
export function decodeStrict(bytes: Uint8Array, { cut }: { readonly cut: boolean }): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}
