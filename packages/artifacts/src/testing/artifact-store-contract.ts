import { afterEach, beforeEach, describe } from "vitest";
import type { ArtifactStore } from "../artifact-store.ts";
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
  });
}

function demandProofs(name: string, subject: ArtifactStoreSubject, { capabilities }: ArtifactStore): void {
  const outlives = capabilities.durable || capabilities.shared;
  if (outlives && !subject.reopen) throw new TypeError(`${name} claims to be durable or shared: give the contract a reopen() to prove it`);
  if (!outlives && subject.reopen) throw new TypeError(`${name} can be reopened: let its capabilities say durable or shared`);
  if (capabilities.durable && !subject.damage)
    throw new TypeError(`${name} claims to be durable: give the contract a damage() to prove that it verifies what it reads`);
}
