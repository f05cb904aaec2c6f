import { RunId } from "@dad/protocol";
import { expect, it } from "vitest";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "./memory.ts";
import { outcomeRepositoryContract } from "./testing.ts";

let repository: MemoryOutcomeRepository;
outcomeRepositoryContract("memoryOutcomeRepository", {
  create: (base) => (repository = memoryOutcomeRepository({ base })),
  messageOf: (commit) => repository.message(commit) ?? "",
});

it("starts from nothing when it is given nothing", async () => {
  await using empty = memoryOutcomeRepository();
  await using run = await empty.open(RunId.parse("run1"));
  const { commit } = await run.commit({ subject: "empty" });
  expect(await empty.changes(commit)).toEqual([]);
});

it("refuses a base with a path that is none", () => {
  expect(() => memoryOutcomeRepository({ base: [{ path: "../x", content: new Uint8Array(), executable: false }] })).toThrow(
    expect.objectContaining({ code: "OUTCOME_PATH_INVALID" }),
  );
});
