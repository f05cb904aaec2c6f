/**
 * Keeps artifacts and their view in this process. For tests and throw-away runs.
 *
 * @packageDocumentation
 */
import { type Digest, digestOfBytes, type RelativePath } from "@dad/protocol";
import type { AbortOptions, ArtifactBody, ArtifactStore } from "./artifact-store.ts";
import type { ArtifactView } from "./artifact-view.ts";
import { chunksOf, encodeText } from "./body.ts";
import { checkedDigest, checkedPath } from "./checked.ts";
import { type ArtifactSource, readBytes } from "./read.ts";

/** An {@link ArtifactStore} whose content is gone when it is disposed. */
export function memoryArtifactStore(): ArtifactStore {
  const contents = new Map<Digest, Uint8Array>();

  return {
    capabilities: { durability: "memory", shared: false },

    async put(body, { mediaType = "application/octet-stream", signal } = {}) {
      const bytes = await collect(body, signal);
      const digest = digestOfBytes(bytes);
      contents.set(digest, bytes);
      return { mediaType, digest, size: bytes.byteLength };
    },

    async get(digest, { signal } = {}) {
      signal?.throwIfAborted();
      const bytes = contents.get(checkedDigest(digest));
      return bytes && { digest, size: bytes.byteLength, body: copyOf(bytes, signal) };
    },

    async size(digest, { signal } = {}) {
      signal?.throwIfAborted();
      return contents.get(checkedDigest(digest))?.byteLength;
    },

    async *list({ signal } = {}) {
      for (const digest of contents.keys()) {
        signal?.throwIfAborted();
        yield digest;
      }
      signal?.throwIfAborted();
    },

    async delete(digest, { signal } = {}) {
      signal?.throwIfAborted();
      contents.delete(checkedDigest(digest));
    },

    async [Symbol.asyncDispose]() {
      contents.clear();
    },
  };
}

async function collect(body: ArtifactBody, signal?: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  // Copied at once: who gave the body may use its buffers again.
  for await (const chunk of chunksOf(body, signal)) chunks.push(new Uint8Array(chunk));
  signal?.throwIfAborted();
  return new Uint8Array(Buffer.concat(chunks));
}

const CHUNK_BYTES = 64 * 1024;

/** In pieces, as a store that reads from elsewhere gives it; copied, so that no reader can change what is stored. */
function copyOf(bytes: Uint8Array, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      signal?.throwIfAborted();
      for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
        yield bytes.slice(start, start + CHUNK_BYTES);
        signal?.throwIfAborted();
      }
    },
  };
}

export interface MemoryArtifactViewOptions {
  /** Where the content that is shown comes from. */
  readonly store: ArtifactSource;
}

/** An {@link ArtifactView} that a program can look at. */
export interface MemoryArtifactView extends ArtifactView {
  /** What is shown at a path, or `undefined` when nothing is. */
  read(path: string): Uint8Array | undefined;
  /** The same as UTF-8 text. */
  text(path: string): string | undefined;
  /** Where something is shown, in ascending order. */
  paths(): readonly string[];
}

/** An {@link ArtifactView} that shows its content to this process only. */
export function memoryArtifactView(options: MemoryArtifactViewOptions): MemoryArtifactView {
  const files = new Map<RelativePath, Uint8Array>();
  const read = (path: string) => files.get(path as RelativePath);
  const show = (path: RelativePath, bytes: Uint8Array, { signal }: AbortOptions) => {
    signal?.throwIfAborted();
    files.set(path, bytes);
  };

  return {
    async place(path, content, abort = {}) {
      const name = checkedPath(path);
      show(name, await readBytes(options.store, content, abort), abort);
    },
    async write(path, text, abort = {}) {
      show(checkedPath(path), encodeText(text), abort);
    },
    read: (path) => read(path)?.slice(),
    text: (path) => {
      const bytes = read(path);
      return bytes && new TextDecoder().decode(bytes);
    },
    paths: () => [...files.keys()].sort(),
  };
}
