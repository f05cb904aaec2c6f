import type { RunId } from "@dad/protocol";
import type { JournalStore } from "../journal-store.ts";

/** The adapter under test. */
export interface JournalStoreSubject {
  /** A store that holds nothing and shares nothing with an earlier one. */
  create(): JournalStore | Promise<JournalStore>;
  /** A second handle on the data of the store that was created last. An adapter that claims `durable` or `shared` must give it, no other may. */
  reopen?(): JournalStore | Promise<JournalStore>;
  /** Changes one byte of an entry behind the back of the store. An adapter that claims `durable` must give it. */
  damage?(runId: RunId, seq: number): Promise<void>;
  /** Takes a run away behind the back of the store, with all that it has. An adapter that claims `durable` must give it. */
  remove?(runId: RunId): Promise<void>;
}

/** What the tests of a suite share. */
export interface JournalFixture {
  readonly subject: JournalStoreSubject;
  /** The store of the current test. */
  readonly store: () => JournalStore;
}
