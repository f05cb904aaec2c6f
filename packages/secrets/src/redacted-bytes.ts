import { redactionInPieces } from "./redaction-in-pieces.ts";
import type { SecretScan } from "./secret-scan.ts";

const PIECE_BYTES = 2 ** 20;

/** Bytes in pieces, without secrets. */
export interface RedactedByteStream {
  /** The next piece, without what may be the beginning of a secret: that comes with a later one. */
  push(piece: Uint8Array): Uint8Array;
  /** What was held back. */
  end(): Uint8Array;
}

export function redactedByteStream(scan: () => SecretScan | undefined): RedactedByteStream {
  const pieces = redactionInPieces(scan);
  return {
    push: (piece) => Buffer.from(pieces.push(textOf(piece)), "latin1"),
    end: () => Buffer.from(pieces.end(), "latin1"),
  };
}

/** The same bytes when there is no secret in them. */
export function redactedBytes(content: Uint8Array, scan: () => SecretScan | undefined): Uint8Array {
  if (scan() === undefined) return content;
  const pieces = redactionInPieces(scan);
  const redacted: Uint8Array[] = [];
  let same = 0;
  const add = (piece: string): void => {
    // What is large and has no secret is not copied.
    if (!pieces.changed) same += piece.length;
    else redacted.push(...(redacted.length === 0 ? [content.subarray(0, same)] : []), Buffer.from(piece, "latin1"));
  };
  for (let at = 0; at < content.length; at += PIECE_BYTES) add(pieces.push(textOf(content.subarray(at, at + PIECE_BYTES))));
  add(pieces.end());
  return pieces.changed ? Buffer.concat(redacted) : content;
}

/** One character for each byte. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
