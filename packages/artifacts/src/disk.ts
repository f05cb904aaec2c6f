/**
 * Keeps artifacts and their view in directories, durably.
 *
 * @packageDocumentation
 */
export { type ArtifactFinding, type ArtifactFindingCode, checkDiskArtifacts, type DiskArtifactCheckOptions } from "./disk/check.ts";
export { type DiskArtifactStore, diskArtifactStore, type DiskArtifactStoreOptions, type DiskArtifactStorePlace } from "./disk/disk-artifact-store.ts";
export { diskArtifactView, type DiskArtifactViewOptions } from "./disk/disk-artifact-view.ts";
export { protectBlob, quarantineBlob, removeLeftovers, repairLayout } from "./disk/repair.ts";
export { artifactLitter, type DiskBlob, storedBlobs } from "./disk/litter.ts";
export { diskViewFiles, type DiskViewFile, type DiskViewFiles } from "./disk/view-files.ts";
