import type { Json } from "@dad/protocol";
import type { KnownSecret } from "./known-secret.ts";
import { type RedactedByteStream, redactedBytes, redactedByteStream } from "./redacted-bytes.ts";
import { redactedJson } from "./redacted-json.ts";
import { redactionInPieces, withoutPlaces } from "./redaction-in-pieces.ts";
import { type SecretScan, secretScan } from "./secret-scan.ts";
import { soughtInBytes, soughtInTexts, type SoughtSecret, soughtSecret } from "./sought-texts.ts";

/** Takes secrets out of a text that comes in pieces. */
export interface RedactedStream {
  /** The next piece, without what may be the beginning of a secret: that comes with a later one. */
  push(piece: string): string;
  /** What was held back. */
  end(): string;
}

/**
 * Takes secrets out of what is written: their values as they are, in base64 and hexadecimal, and as JSON and URLs have them, also where
 * line breaks were put in. In their place is `[secret env:NAME]`. What has none is given back as it is: the same value, not a copy.
 *
 * Of several that have characters in common, the longest gives its mark to all of it. Marks stay as they are. Of a reference that has a
 * secret in it, the mark is `[secret]`.
 */
export interface Redactor {
  /**
   * From now on, this is taken out as well, also of streams that are open. A value of less than 8 bytes is not: it would be found wherever
   * somebody writes.
   */
  add(secret: KnownSecret): void;
  /** Those that are taken out: always the same array, to which later ones are added. */
  readonly secrets: readonly KnownSecret[];
  text(text: string): string;
  /**
   * All texts in it, and the names of members: two that then have the same are told apart by a number. A number that is a secret as a
   * whole is a mark then, and so a text.
   */
  json<Value extends Json>(value: Value): Value;
  /** Of any kind of content: text in UTF-8, ASCII and the like, and, apart from other forms than the value itself, UTF-16. */
  bytes(content: Uint8Array): Uint8Array;
  /** All pieces together are what `text` makes of the whole. */
  stream(): RedactedStream;
  /** All pieces together are what `bytes` makes of the whole. */
  byteStream(): RedactedByteStream;
}

/** A redactor that knows these from the beginning. */
export function redactor(secrets: Iterable<KnownSecret> = []): Redactor {
  const [known, sought]: [KnownSecret[], SoughtSecret[]] = [[], []];
  const numbers = new Set<string>();
  let [inTexts, inBytes] = [undefined as SecretScan | undefined, undefined as SecretScan | undefined];
  // Made when it is needed: most redactors see no bytes, and several secrets become known at once.
  const textScan = (): SecretScan | undefined => (sought.length === 0 ? undefined : (inTexts ??= secretScan(soughtInTexts(sought))));
  const byteScan = (): SecretScan | undefined => (sought.length === 0 ? undefined : (inBytes ??= secretScan(soughtInBytes(sought))));
  const text = (text: string): string => {
    const places = textScan()?.places(text) ?? [];
    return places.length === 0 ? text : withoutPlaces(text, places);
  };
  const add = (secret: KnownSecret): void => {
    if (known.some(({ name, value }) => name === secret.name && value === secret.value)) return;
    const added = soughtSecret(secret);
    if (added === undefined) return;
    known.push({ name: secret.name, value: secret.value });
    sought.push(added);
    [inTexts, inBytes] = [undefined, undefined];
    if (String(Number(added.sought)) === added.sought) numbers.add(added.sought);
  };
  for (const secret of secrets) add(secret);
  return {
    add,
    secrets: known,
    text,
    json: <Value extends Json>(value: Value): Value => {
      const scan = textScan();
      return scan ? (redactedJson(value, { text, least: scan.least, numbers }) as Value) : value;
    },
    bytes: (content) => redactedBytes(content, byteScan),
    stream: () => redactionInPieces(textScan),
    byteStream: () => redactedByteStream(byteScan),
  };
}
