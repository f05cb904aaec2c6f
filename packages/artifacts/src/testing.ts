/**
 * What every adapter of the ports of this package has to pass.
 *
 * @packageDocumentation
 */
export { artifactStoreContract, type ArtifactStoreSubject } from "./testing/artifact-store-contract.ts";
export { artifactViewContract, type ArtifactViewFixture, type ArtifactViewSubject } from "./testing/artifact-view-contract.ts";
