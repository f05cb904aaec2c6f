/**
 * Keeps artifacts and their view in directories, durably.
 *
 * @packageDocumentation
 */
export { diskArtifactStore, type DiskArtifactStoreOptions } from "./disk/disk-artifact-store.ts";
export { diskArtifactView, type DiskArtifactViewOptions } from "./disk/disk-artifact-view.ts";
