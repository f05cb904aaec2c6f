import { beforeEach, describe } from "vitest";
import type { JournalStore } from "../journal-store.ts";
import { appendTests } from "./append.ts";
import { durabilityTests } from "./durability.ts";
import { followTests } from "./follow.ts";
import { ownershipTests } from "./ownership.ts";
import { readTests } from "./read.ts";
import { retainTests } from "./retain.ts";
import type { JournalFixture, JournalStoreSubject } from "./subject.ts";
import { takeOverTests } from "./take-over.ts";

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
    describe("follow", () => {
      followTests(fixture);
    });
    describe("retain", () => {
      retainTests(fixture);
    });
    describe("taking over", () => {
      takeOverTests(fixture);
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
  const isDurable = capabilities.durability !== "memory";
  const outlives = isDurable || capabilities.shared;
  if (outlives && !subject.reopen) throw new TypeError(`${name} claims to be durable or shared: give the contract a reopen() to prove it`);
  if (!outlives && subject.reopen) throw new TypeError(`${name} can be reopened: let its capabilities say durable or shared`);
  if (isDurable && !subject.damage)
    throw new TypeError(`${name} claims to be durable: give the contract a damage() to prove that it verifies what it reads`);
  if (isDurable && !subject.remove)
    throw new TypeError(`${name} claims to be durable: give the contract a remove() to prove that what a run retains outlives its origin`);
}
