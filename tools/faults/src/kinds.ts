import { killAgain, killAtCalls, killAtGit } from "./kill-calls.ts";
import { killAtRandom } from "./kill-at-random.ts";
import { manyRuns } from "./many-runs.ts";
import { oneId } from "./one-id.ts";
import type { Kind } from "./point.ts";
import { powerLoss, powerLossAgain } from "./power-loss.ts";
import { refusals } from "./refusals.ts";

/** Everything that is tried, all of it. */
export function allKinds(): readonly Kind[] {
  return [
    killAtCalls(),
    killAtGit(),
    killAgain({ times: 30 }),
    killAtRandom({ times: 10 }),
    powerLoss({ chances: 3 }),
    powerLossAgain({ times: 400 }),
    refusals(),
    manyRuns({ processes: 8, runs: 125 }),
    oneId({ processes: 50, rounds: 1 }),
  ];
}
