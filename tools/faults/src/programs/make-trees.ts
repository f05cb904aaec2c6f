/** Opens runs, all at once, says so, and closes them, all at once, when it is told to. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { RunId } from "@dad/protocol";
import { type OutcomePlace, repositoryAt } from "../outcome-place.ts";
import { argumentOf } from "../program.ts";

export interface MakeTrees {
  readonly place: OutcomePlace;
  readonly runIds: readonly RunId[];
}

const { place, runIds } = argumentOf<MakeTrees>();
const input = createInterface({ input: process.stdin });
const repository = repositoryAt(place);
const runs = await Promise.all(runIds.map((runId) => repository.open(runId)));
console.log("open");
await once(input, "line");
input.close();
await Promise.all(runs.map((run) => run[Symbol.asyncDispose]()));
