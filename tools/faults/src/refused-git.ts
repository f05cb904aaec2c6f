import assert from "node:assert/strict";
import { DadError } from "@dad/protocol";
import { outcomesIn } from "./composition.ts";
import { faultyGit, type GitFault } from "./faulty-git.ts";
import { gitCommandsOf } from "./kill-calls.ts";
import { assertRecoversHere, groundFor, onThisMachine, type Trial } from "./killed-run.ts";
import type { Kind } from "./point.ts";
import { runSubject } from "./subject-run.ts";
import { kindOf, type Tried, triedSubject, waysOf } from "./tried.ts";

const REFUSALS = ["refused", "refused from then on"] as const;

/** git refuses a command, or all from that one on: those that open an outcome, commit what a node changed, or bring changes. */
export function refusedGit(tried: Tried = {}): Kind {
  return {
    ...kindOf("git refuses", tried),
    tries: "git refuses a command of a run, once or for as long as the run goes on",
    async points(_seed, scope) {
      const ground = await groundFor(triedSubject(tried), scope);
      const [commands, gift] = [await gitCommandsOf(ground), await ground.gift()];
      const faults = commands.flatMap((command, index) => REFUSALS.map((when) => ({ command, fault: { number: index + 1, when } })));
      return faults.flatMap(({ command, fault }) =>
        waysOf(tried).map(({ alone, after }) => ({
          name: `git command ${fault.number} (${command}) is ${fault.when}${after}`,
          attempt: () =>
            ground.inTrial(async (trial) => {
              await untilRefused(trial, fault);
              // What comes after a commit that was refused found files that nobody knows: the next re-run may execute it.
              await assertRecoversHere({ ...trial, alone }, gift);
            }),
        })),
      );
    },
  };
}

/** What was refused may not have mattered to the run, as it tries once more; else it ends with an error of DAD. */
async function untilRefused(trial: Trial, fault: GitFault): Promise<void> {
  const { git } = await faultyGit(trial.directory, fault);
  await onThisMachine(trial, async (at) => {
    await using outcomes = outcomesIn(trial.root, git);
    await runSubject({ ...at, outcomes }).catch((error: unknown) => assert(DadError.is(error), `no error of DAD: ${String(error)}`));
  });
}
