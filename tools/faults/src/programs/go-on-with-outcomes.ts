/**
 * Goes on with the outcomes of runs, all at the same time, and prints a line for each step, and of each run how it ended. It may be killed, and so
 * may its git commands.
 */
import { DadError, type RunId } from "@dad/protocol";
import { goOnWithOutcome } from "../outcome-run.ts";
import { type OutcomePlace, repositoryAt } from "../outcome-place.ts";
import { argumentOf } from "../program.ts";

export interface GoOnWithOutcomes {
  readonly place: OutcomePlace;
  readonly seed: number;
  readonly runIds: readonly RunId[];
}

export interface OutcomeEnd {
  readonly runId: RunId;
  /** What went wrong, as codes with messages. None: it is complete. */
  readonly codes: readonly string[];
}

/** A run has done something. */
const STEP = JSON.stringify({});
const { place, seed, runIds } = argumentOf<GoOnWithOutcomes>();
const repository = repositoryAt(place);
await Promise.all(
  runIds.map(async (runId) => {
    const codes = await goOnWithOutcome(repository, { seed, runId, onStep: () => console.log(STEP) }).then(() => [], codesOf);
    const end: OutcomeEnd = { runId, codes };
    console.log(JSON.stringify(end));
  }),
);

/** Where a command was killed, closing the run may fail as well. */
function codesOf(error: unknown): string[] {
  if (error instanceof SuppressedError) return [...codesOf(error.suppressed), ...codesOf(error.error)];
  if (!DadError.is(error)) throw error;
  return [`${error.code}: ${error.message}`];
}
