import type { Json } from "@dad/protocol";
import type { KnownSecret } from "./known-secret.ts";
import { secretMark } from "./secret.ts";
import { LEAST_SECRET_BYTES, needlesOf } from "./secret-needles.ts";

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

/** A redactor that knows these from the beginning. */
export function redactor(secrets: Iterable<KnownSecret> = []): Redactor {
  const known: KnownSecret[] = [];
  let sought: readonly { readonly text: string; readonly mark: string }[] = [];
  const text = (from: string): string => sought.reduce((to, needle) => to.replaceAll(needle.text, needle.mark), from);
  const json = (value: Json): Json => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [text(name), json(member)]));
  };
  const add = (secret: KnownSecret): void => {
    if (Buffer.byteLength(secret.value.trim()) < LEAST_SECRET_BYTES) return;
    known.push(secret);
    const { asItIs, withoutSpace } = needlesOf(known);
    sought = [...asItIs, ...withoutSpace]
      .map((needle) => ({ text: needle.bytes.toString(), mark: secretMark(needle.secret) }))
      .toSorted((one, other) => other.text.length - one.text.length);
  };
  for (const secret of secrets) add(secret);
  return {
    add,
    secrets: known,
    text,
    json: <Value extends Json>(value: Value): Value => {
      const redacted = json(value);
      return JSON.stringify(redacted) === JSON.stringify(value) ? value : (redacted as Value);
    },
    bytes(content) {
      const before = Buffer.from(content).toString("latin1");
      const after = text(before);
      return before === after ? content : Buffer.from(after, "latin1");
    },
    stream() {
      let held = "";
      return {
        push(piece) {
          held += piece;
          return "";
        },
        end: () => text(held),
      };
    },
  };
}
