import { type Descriptor, digestOfBytes } from "@dad/protocol";
import { encodeText } from "./body.ts";

/**
 * How large content may be that travels in its descriptor: what is smaller costs more as a file of its own (its creation,
 * two syncs, its block) than as base64 in the entry that names it, which is written and synced anyway.
 */
export const INLINE_LIMIT_BYTES = 16 * 1024;

/**
 * A descriptor that brings its content along, so that no store has to have it. Whoever reads it by {@link getArtifact} and
 * its kin, and every view, takes it from there, verified.
 *
 * Throws a `TypeError` for more than {@link INLINE_LIMIT_BYTES}, and for a text that UTF-8 cannot carry.
 */
export function inlineContent(content: string | Uint8Array, mediaType = "application/octet-stream"): Descriptor {
  const bytes = typeof content === "string" ? encodeText(content) : content;
  if (bytes.byteLength > INLINE_LIMIT_BYTES)
    throw new TypeError(`content of ${bytes.byteLength} bytes is put into a store: a descriptor carries at most ${INLINE_LIMIT_BYTES}`);
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return { mediaType, digest: digestOfBytes(bytes), size: bytes.byteLength, data };
}
