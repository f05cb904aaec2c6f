import { expect, it } from "vitest";
import { killedOutcomes } from "../src/killed-outcomes.ts";
import { manyOutcomes } from "../src/many-outcomes.ts";
import { manyTrees } from "../src/many-trees.ts";
import { type Kind, tryPoints } from "../src/point.ts";

/** What chance decides is the same each time. The gate tries more. */
async function tried(kind: Kind) {
  const [report] = await tryPoints([kind], { seed: 20261126, width: 1 });
  return { tried: report?.tried, failures: report?.failures };
}

it("gives each of 24 runs of 4 processes exactly its own files, in one repository", async () => {
  expect(await tried(manyOutcomes({ processes: 4, runs: 6 }))).toEqual({ tried: 1, failures: [] });
});

it("goes on with runs that were killed at random moments, or clears them away, and disturbs no other", async () => {
  expect(await tried(killedOutcomes({ repositories: 1, processes: 1, runs: 3 }))).toEqual({ tried: 1, failures: [] });
});

it("makes and removes 12 working trees at once", async () => {
  expect(await tried(manyTrees({ processes: [1, 3], trees: 12 }))).toEqual({ tried: 2, failures: [] });
});
