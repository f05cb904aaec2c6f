/**
 * Where the bytes of a run live, and where people see them.
 *
 * @packageDocumentation
 */
export type { AbortOptions, Artifact, ArtifactBody, ArtifactStore, ArtifactStoreCapabilities, PutOptions } from "./artifact-store.ts";
export { chunksOf } from "./body.ts";
export type { ArtifactView } from "./artifact-view.ts";
export {
  type ArtifactDamage,
  ArtifactFileError,
  ArtifactIntegrityError,
  ArtifactInvalidError,
  ArtifactMissingError,
  ArtifactPathError,
  ArtifactStorageError,
  ArtifactTooLargeError,
} from "./errors.ts";
export { INLINE_LIMIT_BYTES, inlineContent } from "./inline.ts";
export { putJson, readJson, type ReadJsonOptions, type Schema } from "./json.ts";
export { putFile, type PutFileOptions } from "./put-file.ts";
export { type ArtifactSource, type ContentRef, getArtifact, readBytes, type ReadOptions, readText } from "./read.ts";
