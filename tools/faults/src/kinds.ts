import { killAgain, killAtCalls, killAtGit } from "./kill-calls.ts";
import { killAtRandom } from "./kill-at-random.ts";
import { killedOutcomes } from "./killed-outcomes.ts";
import { manyOutcomes } from "./many-outcomes.ts";
import { manyRuns } from "./many-runs.ts";
import { oneId } from "./one-id.ts";
import { manyTrees } from "./many-trees.ts";
import type { Kind } from "./point.ts";
import { powerLoss, powerLossAgain } from "./power-loss.ts";
import { refusedGit } from "./refused-git.ts";
import { refusals } from "./refusals.ts";

const RERUN = { subject: "rerun" } as const;
const ASKING = { subject: "asking" } as const;

/** Everything that is tried. */
export function allKinds(): readonly Kind[] {
  return [
    killAtCalls({ sample: 200 }),
    killAtGit({ sample: 50 }),
    killAgain({ times: 30 }),
    killAtRandom({ times: 10 }),
    powerLoss({ chances: 3 }),
    powerLossAgain({ times: 400 }),
    refusals(),
    manyRuns({ processes: 8, runs: 125 }),
    oneId({ processes: 50, rounds: 1 }),
    manyOutcomes({ processes: 8, runs: 25 }),
    killedOutcomes({ repositories: 10, processes: 2, runs: 5 }),
    manyTrees({ processes: [1, 5], trees: 50 }),
    ...rerunKinds(),
    ...askingKinds(),
  ];
}

/** The same for a run that asks people. */
function askingKinds(): readonly Kind[] {
  return [
    killAtCalls({ ...ASKING, sample: 20 }),
    killAgain({ ...ASKING, times: 6 }),
    powerLoss({ ...ASKING, chances: 3, sample: 150 }),
    powerLossAgain({ ...ASKING, times: 60 }),
    refusals({ ...ASKING, sample: 150 }),
  ];
}

/** The same for a re-run, which has more of everything: a sample of it. */
function rerunKinds(): readonly Kind[] {
  return [
    killAtCalls({ ...RERUN, sample: 24 }),
    killAtGit({ ...RERUN, sample: 14 }),
    killAgain({ ...RERUN, times: 6 }),
    refusedGit({ ...RERUN, sample: 10 }),
    powerLoss({ ...RERUN, chances: 3, sample: 150 }),
    powerLossAgain({ ...RERUN, times: 60 }),
    refusals({ ...RERUN, sample: 150 }),
  ];
}
