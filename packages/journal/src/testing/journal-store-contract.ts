import { beforeEach, describe } from "vitest";
import type { RunId } from "@dad/protocol";
import type { JournalStore } from "../journal-store.ts";
import { appendTests } from "./append.ts";
import { durabilityTests } from "./durability.ts";
import { ownershipTests } from "./ownership.ts";
import { readTests } from "./read.ts";

/** The adapter under test. */
export interface JournalStoreSubject {
  /** A store that holds nothing and shares nothing with an earlier one. */
  create(): JournalStore | Promise<JournalStore>;
  /** A second handle on the data of the store that was created last. An adapter that claims `durable` or `shared` must give it, no other may. */
  reopen?(): JournalStore | Promise<JournalStore>;
  /** Changes one byte of an entry behind the back of the store. An adapter that claims `durable` must give it. */
  damage?(runId: RunId, seq: number): Promise<void>;
}

/** What the tests of a suite share. */
export interface JournalFixture {
  readonly subject: JournalStoreSubject;
  /** The store of the current test. */
  readonly store: () => JournalStore;
}

/** The contract of `JournalStore`. Every adapter runs all of it; what it claims in `capabilities` is proved. */
export function journalStoreContract(name: string, subject: JournalStoreSubject): void {
  describe(`${name} satisfies JournalStore`, () => {
    let store: JournalStore;
    beforeEach(async () => {
      store = await subject.create();
      demandProofs(name, subject, store);
    });

    const fixture: JournalFixture = { subject, store: () => store };
    describe("append", () => {
      appendTests(fixture);
    });
    describe("read and list", () => {
      readTests(fixture);
    });
    describe("create, open and owner", () => {
      ownershipTests(fixture);
    });
    describe("other handles", () => {
      durabilityTests(fixture);
    });
  });
}

function demandProofs(name: string, subject: JournalStoreSubject, { capabilities }: JournalStore): void {
  const outlives = capabilities.durable || capabilities.shared;
  if (outlives && !subject.reopen) throw new TypeError(`${name} claims to be durable or shared: give the contract a reopen() to prove it`);
  if (!outlives && subject.reopen) throw new TypeError(`${name} can be reopened: let its capabilities say durable or shared`);
  if (capabilities.durable && !subject.damage) throw new TypeError(`${name} claims to be durable: give the contract a damage() to prove that it verifies what it reads`);
}
