import type { Descriptor, Digest } from "@dad/protocol";

/** Where files are kept that are too large for a commit. An `ArtifactStore` of `@dad/artifacts` is one. */
export interface LargeFileStore {
  /** Stores the content whole or not at all. */
  put(body: AsyncIterable<Uint8Array>, options?: { readonly mediaType?: string; readonly signal?: AbortSignal }): Promise<Descriptor>;
  /** `undefined` when there is no such content. Reading it to its end verifies it. */
  get(
    digest: Digest,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> } | undefined>;
}
