import type { Digest } from "@dad/protocol";
import type { ArtifactStore } from "../artifact-store.ts";

/** The adapter under test. */
export interface ArtifactStoreSubject {
  /** A store that holds nothing and shares nothing with an earlier one. */
  create(): ArtifactStore | Promise<ArtifactStore>;
  /** A second handle on the data of the store that was created last. An adapter that claims `durable` or `shared` must give it, no other may. */
  reopen?(): ArtifactStore | Promise<ArtifactStore>;
  /** Changes one stored byte of a content behind the back of the store. An adapter that claims `durable` must give it. */
  damage?(digest: Digest): Promise<void>;
}

/** What the tests of a suite share. */
export interface StoreFixture {
  readonly subject: ArtifactStoreSubject;
  /** The store of the current test. */
  readonly store: () => ArtifactStore;
}
