import type { Descriptor, Digest } from "@dad/protocol";
import type { AbortOptions, Artifact, ArtifactStore } from "./artifact-store.ts";
import { ArtifactIntegrityError, ArtifactInvalidError, ArtifactMissingError, ArtifactTooLargeError } from "./errors.ts";

/** A reference to content. The size of a descriptor is verified before a byte is read. */
export type ContentRef = Digest | Pick<Descriptor, "digest" | "size">;

/** The part of a store that a reader needs. */
export type ArtifactSource = Pick<ArtifactStore, "get">;

export interface ReadOptions extends AbortOptions {
  /** How many bytes may be read into memory. Default: no limit. */
  readonly limitBytes?: number;
}

/**
 * Content that has to be there.
 *
 * Errors: `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED` when it has another size than the descriptor.
 */
export async function getArtifact(source: ArtifactSource, ref: ContentRef, options: AbortOptions = {}): Promise<Artifact> {
  const digest = digestOf(ref);
  const artifact = await source.get(digest, options);
  if (artifact === undefined) throw new ArtifactMissingError(digest);
  if (typeof ref !== "string" && artifact.size !== ref.size) {
    const sizes = { expectedSize: ref.size, foundSize: artifact.size };
    throw new ArtifactIntegrityError(digest, { reason: `it has ${artifact.size} bytes, expected ${ref.size}`, ...sizes });
  }
  return artifact;
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
  return new Uint8Array(Buffer.concat(chunks));
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
