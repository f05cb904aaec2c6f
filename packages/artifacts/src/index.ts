/**
 * Where the bytes of a run live, and where people see them.
 *
 * @packageDocumentation
 */
export type { AbortOptions, Artifact, ArtifactBody, ArtifactStore, ArtifactStoreCapabilities, PutOptions } from "./artifact-store.ts";
export type { ArtifactView } from "./artifact-view.ts";
export { ArtifactIntegrityError, ArtifactMissingError } from "./errors.ts";
