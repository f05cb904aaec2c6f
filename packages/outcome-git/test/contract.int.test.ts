import { outcomeRepositoryContract } from "@dad/outcome/testing";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { afterAll } from "vitest";
import { git, openPlaces, type Places } from "./places.ts";

const all: Places[] = [];
let places: Places;
outcomeRepositoryContract("gitOutcomeRepository", {
  async create(base) {
    places = await openPlaces(base);
    all.push(places);
    return gitOutcomeRepository(places);
  },
  reopen: () => gitOutcomeRepository(places),
  messageOf: (commit) => git(places.directory, "log", "-1", "--format=%B", commit),
});
afterAll(async () => {
  await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
});
