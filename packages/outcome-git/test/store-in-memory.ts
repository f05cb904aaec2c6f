import { createHash } from "node:crypto";
import type { LargeFileStore } from "@dad/outcome";
import { DadError, type Digest, digestOfHex } from "@dad/protocol";

/** A store that a test can look into. */
export interface StoreInMemory extends LargeFileStore {
  readonly contents: Map<Digest, Buffer>;
  /** What was put, in its order, whether it was new or not. */
  readonly puts: Digest[];
  /** Called for each piece of what is put. */
  onPiece: () => Promise<unknown>;
}

export function storeInMemory(): StoreInMemory {
  const contents = new Map<Digest, Buffer>();
  const store: StoreInMemory = {
    contents,
    puts: [],
    onPiece: async () => {},
    async put(body, { mediaType = "text/plain", signal } = {}) {
      signal?.throwIfAborted();
      const pieces: Uint8Array[] = [];
      for await (const piece of body) {
        pieces.push(piece);
        await store.onPiece();
      }
      const content = Buffer.concat(pieces);
      const digest = digestOfHex(hexOf(content));
      contents.set(digest, content);
      store.puts.push(digest);
      return { mediaType, digest, size: content.length };
    },
    async get(digest) {
      const content = contents.get(digest);
      return content && { size: content.length, body: verified(digest, content) };
    },
  };
  return store;
}

async function* verified(digest: Digest, content: Buffer): AsyncGenerator<Uint8Array, void> {
  yield content.subarray(0, 10);
  yield content.subarray(10);
  if (digestOfHex(hexOf(content)) !== digest) throw new DadError("ARTIFACT_DAMAGED", "the bytes are other ones");
}

function hexOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
