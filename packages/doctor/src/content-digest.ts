import { createHash } from "node:crypto";
import { type Digest, digestOfHex } from "@dad/protocol";

/** The digest of bytes that come in pieces. */
export async function digestOf(body: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return digestOfHex(hash.digest("hex"));
}
