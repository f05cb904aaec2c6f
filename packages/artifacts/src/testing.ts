/**
 * What every adapter of the ports of this package has to pass.
 *
 * @packageDocumentation
 */
export { artifactStoreContract } from "./testing/artifact-store-contract.ts";
export { artifactViewContract, type ArtifactViewFixture, type ArtifactViewSubject } from "./testing/artifact-view-contract.ts";
export type { ArtifactStoreSubject, FailingStore } from "./testing/store-subject.ts";
