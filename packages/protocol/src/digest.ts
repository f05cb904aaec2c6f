import { hash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "./json.ts";

/** `sha256:<64 lower-case hex digits>`: the digest of the OCI descriptor. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "a digest is sha256: and 64 lower-case hex digits")
  .brand<"Digest">();
export type Digest = z.infer<typeof Digest>;

export function digestOfBytes(bytes: Uint8Array | string): Digest {
  // Not checked: it is what the schema asks for.
  return `sha256:${hash("sha256", bytes)}` as Digest;
}

/** The digest of the canonical text of a JSON value: equal values have equal digests on every machine. */
export function digestOfJson(value: unknown): Digest {
  return digestOfBytes(canonicalJson(value));
}

export function digestOfHex(hex: string): Digest {
  return Digest.parse(`sha256:${hex}`);
}

export function hexOfDigest(digest: Digest): string {
  return digest.slice("sha256:".length);
}
