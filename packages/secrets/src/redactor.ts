import type { Json } from "@dad/protocol";
import type { KnownSecret } from "./known-secret.ts";

/** Takes secrets out of a text that comes in pieces. */
export interface RedactedStream {
  /** The next piece, without what may be the beginning of a secret: that comes with a later one. */
  push(piece: string): string;
  /** What was held back. */
  end(): string;
}

/**
 * Takes secrets out of what is written: their values as they are, in base64, and as JSON and URLs have them. In their place is
 * `[secret env:NAME]`. What has none is given back as it is: the same value, not a copy.
 */
export interface Redactor {
  /** From now on, this is taken out as well. A value of less than 8 bytes is not: it would be found wherever somebody writes. */
  add(secret: KnownSecret): void;
  readonly secrets: readonly KnownSecret[];
  text(text: string): string;
  /** All texts in it, and the names of members. */
  json<Value extends Json>(value: Value): Value;
  /** Of any kind of content. */
  bytes(content: Uint8Array): Uint8Array;
  stream(): RedactedStream;
}
