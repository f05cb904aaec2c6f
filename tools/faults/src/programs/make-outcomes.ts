/** Makes the outcomes of runs, some at the same time, and prints each when it is closed. */
import { makeOutcome } from "../outcome-run.ts";
import { type OutcomePlace, repositoryAt } from "../outcome-place.ts";
import { argumentOf } from "../program.ts";
import type { RunId } from "@dad/protocol";

export interface MakeOutcomes {
  readonly place: OutcomePlace;
  readonly seed: number;
  readonly runIds: readonly RunId[];
  readonly others: readonly RunId[];
  /** So many at the same time. */
  readonly width: number;
}

const { place, seed, runIds, others, width } = argumentOf<MakeOutcomes>();
await using repository = repositoryAt(place);
const waiting = [...runIds];
const worker = async () => {
  for (let runId = waiting.shift(); runId; runId = waiting.shift())
    console.log(JSON.stringify(await makeOutcome(repository, { seed, runId, others: others.filter((other) => other !== runId) })));
};
await Promise.all(Array.from({ length: width }, worker));
