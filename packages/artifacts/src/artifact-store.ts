import type { Descriptor, Digest, Durability } from "@dad/protocol";

/** What an {@link ArtifactStore} promises beyond the base contract. The contract suite proves each. */
export interface ArtifactStoreCapabilities {
  /** What becomes of what `put` acknowledged when the process is killed, and when the machine is. */
  readonly durability: Durability;
  /** Other processes may use the same store at the same time. */
  readonly shared: boolean;
}

export type ArtifactBody = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export interface PutOptions extends AbortOptions {
  /** Default `application/octet-stream`. It describes this reference; the content is stored once whatever it is called. */
  readonly mediaType?: string;
}

/** Stored content. Reading `body` to its end verifies it: a wrong byte is an `ArtifactIntegrityError`, never data. */
export interface Artifact {
  readonly digest: Digest;
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Port: where the bytes of a run live, addressed by their content. The same bytes are stored once
 * however often they are put, and are never changed. Names are not the business of a store: the
 * journal says which digest is whose result, and an {@link ArtifactView} shows it to people. What is
 * not a digest is refused with a `TypeError` by every method that takes one.
 *
 * Adapters: `@dad/artifacts/memory`, `@dad/artifacts/disk`.
 */
export interface ArtifactStore extends AsyncDisposable {
  readonly capabilities: ArtifactStoreCapabilities;
  /**
   * Stores the content whole or not at all. Rejects with the body's own error when the body fails. Of a body that comes in
   * pieces it holds a bounded amount, and has used a piece when it asks for the next one.
   */
  put(body: ArtifactBody, options?: PutOptions): Promise<Descriptor>;
  /** `undefined` when there is no such content. */
  get(digest: Digest, options?: AbortOptions): Promise<Artifact | undefined>;
  /** Size in bytes, or `undefined` when there is no such content. Reads no content. */
  size(digest: Digest, options?: AbortOptions): Promise<number | undefined>;
  /** Every digest once, in no particular order. What is put or deleted meanwhile may or may not be seen. */
  list(options?: AbortOptions): AsyncIterable<Digest>;
  /** Succeeds when there is no such content. Only garbage collection has a reason to call it. */
  delete(digest: Digest, options?: AbortOptions): Promise<void>;
}
