import type { Digest } from "@dad/protocol";
import type { ArtifactStore } from "../artifact-store.ts";

/** The adapter under test. */
export interface ArtifactStoreSubject {
  /** A store that holds nothing and shares nothing with an earlier one. */
  create(): ArtifactStore | Promise<ArtifactStore>;
  /** A second handle on the data of the store that was created last. An adapter whose durability is not `memory`, or which is `shared`, must give it, no other may. */
  reopen?(): ArtifactStore | Promise<ArtifactStore>;
  /** Changes one stored byte of a content behind the back of the store. An adapter whose durability is not `memory` must give it. */
  damage?(digest: Digest): Promise<void>;
  /**
   * A handle on the data of the store that was created last, whose storage refuses one call of those that change something:
   * the `call`th, from 1. An adapter whose durability is not `memory` must give it.
   */
  failing?(call: number): FailingStore | Promise<FailingStore>;
}

export interface FailingStore extends AsyncDisposable {
  readonly store: ArtifactStore;
  /** Whether there have been that many calls, so that one was refused. */
  failed(): boolean;
}

/** What the tests of a suite share. */
export interface StoreFixture {
  readonly subject: ArtifactStoreSubject;
  /** The store of the current test. */
  readonly store: () => ArtifactStore;
}
