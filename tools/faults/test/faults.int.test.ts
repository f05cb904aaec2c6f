import { expect, it } from "vitest";
import { killAtCalls, killAtGit } from "../src/kill-calls.ts";
import { killAtRandom } from "../src/kill-at-random.ts";
import { manyRuns } from "../src/many-runs.ts";
import { oneId } from "../src/one-id.ts";
import { type Kind, tryPoints } from "../src/point.ts";
import { powerLoss, powerLossAgain } from "../src/power-loss.ts";
import { refusedGit } from "../src/refused-git.ts";
import { refusals } from "../src/refusals.ts";

const RERUN = { subject: "rerun" } as const;
const ASKING = { subject: "asking" } as const;

/** How many points of each kind were tried, and which do not hold. What chance decides is the same each time. The gate tries all points. */
async function trySome(kinds: readonly Kind[], most: number) {
  const reports = await tryPoints(kinds, { seed: 20261122, width: 3, most });
  return { tried: reports.map(({ tried }) => tried), failures: reports.flatMap(({ failures }) => failures) };
}

it("goes on after a process is killed, at some of the calls and git commands", async () => {
  expect(await trySome([killAtCalls(), killAtGit()], 3)).toEqual({ tried: [3, 3], failures: [] });
});

it("goes on when its process is killed time and again", async () => {
  expect(await trySome([killAtRandom({ times: 1 })], 1)).toEqual({ tried: [1], failures: [] });
});

it("goes on after the power fails, and after the disk refuses, at some of the calls", async () => {
  const kinds = [powerLoss({ chances: 3 }), powerLossAgain({ times: 400 }), refusals()];
  expect(await trySome(kinds, 10)).toEqual({ tried: [10, 10, 10], failures: [] });
});

it("goes on with a re-run after a process is killed or git refuses, at some of the calls and git commands", async () => {
  const kinds = [killAtCalls(RERUN), killAtGit(RERUN), refusedGit(RERUN)];
  expect(await trySome(kinds, 1)).toEqual({ tried: [1, 1, 1], failures: [] });
});

it("goes on with a re-run after the power fails, and after the disk refuses, at some of the calls", async () => {
  const kinds = [powerLoss({ ...RERUN, chances: 3 }), powerLossAgain({ ...RERUN, times: 60 }), refusals(RERUN)];
  expect(await trySome(kinds, 10)).toEqual({ tried: [10, 10, 10], failures: [] });
});

it("goes on with a run that asks after it, or who answers, is killed, at some of the calls", async () => {
  expect(await trySome([killAtCalls(ASKING)], 2)).toEqual({ tried: [2], failures: [] });
});

it("goes on with a run that asks after the power fails, and after the disk refuses, at some of the calls", async () => {
  const kinds = [powerLoss({ ...ASKING, chances: 3 }), powerLossAgain({ ...ASKING, times: 60 }), refusals(ASKING)];
  expect(await trySome(kinds, 10)).toEqual({ tried: [10, 10, 10], failures: [] });
});

it("keeps runs of 8 processes apart in one store", async () => {
  expect(await trySome([manyRuns({ processes: 8, runs: 5 })], 1)).toEqual({ tried: [1], failures: [] });
});

it("gives one run id to one of 12 processes, and tells the others who has it", async () => {
  expect(await trySome([oneId({ processes: 12, rounds: 1 })], 1)).toEqual({ tried: [1], failures: [] });
});
