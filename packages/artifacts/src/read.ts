import { type Descriptor, type Digest, digestOfBytes } from "@dad/protocol";
import type { AbortOptions, Artifact, ArtifactStore } from "./artifact-store.ts";
import { ArtifactIntegrityError, ArtifactInvalidError, ArtifactMissingError, ArtifactTooLargeError } from "./errors.ts";

/**
 * A reference to content. The size of a descriptor is verified before a byte is read. One that has `data` brings its content
 * along, which is verified in the same way: no store is asked for it.
 */
export type ContentRef = Digest | Pick<Descriptor, "digest" | "size" | "data">;

/** The part of a store that a reader needs. */
export type ArtifactSource = Pick<ArtifactStore, "get">;

export interface ReadOptions extends AbortOptions {
  /** How many bytes may be read into memory. Default: no limit. */
  readonly limitBytes?: number;
}

/**
 * Content that has to be there.
 *
 * Errors: `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED` when it has another size than the descriptor, or when its `data` is not what
 * the descriptor says.
 */
export async function getArtifact(source: ArtifactSource, ref: ContentRef, options: AbortOptions = {}): Promise<Artifact> {
  if (typeof ref !== "string" && ref.data !== undefined) {
    options.signal?.throwIfAborted();
    return inlineArtifact(ref.data, ref);
  }
  const digest = digestOf(ref);
  const artifact = await source.get(digest, options);
  if (artifact === undefined) throw new ArtifactMissingError(digest);
  if (typeof ref !== "string") assertSize(artifact, ref.size);
  return artifact;
}

function inlineArtifact(data: string, { digest, size }: Pick<Descriptor, "digest" | "size">): Artifact {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  assertSize({ digest, size: bytes.byteLength }, size);
  const found = digestOfBytes(bytes);
  if (found !== digest)
    throw new ArtifactIntegrityError(digest, { reason: `its descriptor holds content with the digest ${found}`, foundDigest: found });
  return {
    digest,
    size,
    body: {
      async *[Symbol.asyncIterator]() {
        if (size > 0) yield bytes.slice();
      },
    },
  };
}

function assertSize({ digest, size }: Pick<Artifact, "digest" | "size">, expected: number): void {
  if (size === expected) return;
  throw new ArtifactIntegrityError(digest, { reason: `it has ${size} bytes, expected ${expected}`, expectedSize: expected, foundSize: size });
}

/**
 * The whole content, verified.
 *
 * Errors: `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED`, `ARTIFACT_TOO_LARGE`.
 */
export async function readBytes(source: ArtifactSource, ref: ContentRef, options: ReadOptions = {}): Promise<Uint8Array> {
  const { limitBytes = Number.POSITIVE_INFINITY, ...abort } = options;
  const artifact = await getArtifact(source, ref, abort);
  if (artifact.size > limitBytes) throw new ArtifactTooLargeError(artifact.digest, artifact.size, limitBytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifact.body) chunks.push(chunk);
  return joined(chunks);
}

/** In memory of its own, whatever the pieces are a part of. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/**
 * The whole content as the UTF-8 text that it is.
 *
 * Errors: as {@link readBytes}, and `ARTIFACT_INVALID` when it is not UTF-8.
 */
export async function readText(source: ArtifactSource, ref: ContentRef, options: ReadOptions = {}): Promise<string> {
  const bytes = await readBytes(source, ref, options);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ArtifactInvalidError(digestOf(ref), "UTF-8 text", cause);
  }
}

function digestOf(ref: ContentRef): Digest {
  return typeof ref === "string" ? ref : ref.digest;
}
