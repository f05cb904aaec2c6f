import { afterEach, beforeEach, describe } from "vitest";
import type { ArtifactStore } from "../artifact-store.ts";
import { faultTests } from "./store-faults.ts";
import { lifecycleTests } from "./store-lifecycle.ts";
import { putTests } from "./store-put.ts";
import { readTests } from "./store-read.ts";
import type { ArtifactStoreSubject, StoreFixture } from "./store-subject.ts";

/** The contract of `ArtifactStore`. Every adapter runs all of it; what it claims in `capabilities` is proved. */
export function artifactStoreContract(name: string, subject: ArtifactStoreSubject): void {
  describe(`${name} satisfies ArtifactStore`, () => {
    let store: ArtifactStore;
    beforeEach(async () => {
      store = await subject.create();
      demandProofs(name, subject, store);
    });
    afterEach(async () => store[Symbol.asyncDispose]());

    const fixture: StoreFixture = { subject, store: () => store };
    describe("put", () => {
      putTests(fixture);
    });
    describe("get, size and list", () => {
      readTests(fixture);
    });
    describe("delete, dispose and other handles", () => {
      lifecycleTests(fixture);
    });
    describe("storage that fails", () => {
      faultTests(fixture);
    });
  });
}

function demandProofs(name: string, subject: ArtifactStoreSubject, { capabilities: { durability, shared } }: ArtifactStore): void {
  const durable = durability !== "memory";
  if ((durable || shared) && !subject.reopen) throw new TypeError(`${name} claims to be durable or shared: give the contract a reopen() to prove it`);
  if (!durable && !shared && subject.reopen) throw new TypeError(`${name} can be reopened: let its capabilities say strict, relaxed or shared`);
  if (durable && !subject.damage)
    throw new TypeError(`${name} claims to be ${durability}: give the contract a damage() to prove that it verifies what it reads`);
  if (durable && !subject.failing)
    throw new TypeError(`${name} claims to be ${durability}: give the contract a failing() to prove that nothing is stored by halves`);
}
