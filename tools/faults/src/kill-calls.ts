import { callsOf, assertSurvives, inTrial, undisturbed } from "./killed-run.ts";
import { killingGit } from "./killing-git.ts";
import type { Kill } from "./live-run.ts";
import { chanceOf, type Kind } from "./point.ts";

const MOMENTS: ReadonlyArray<Kill["when"]> = ["before", "during", "after"];

/** A process is killed before, after and in the middle of each call that changes something on the disk. */
export function killAtCalls(): Kind {
  return {
    name: "kill",
    tries: "a process is killed before, in the middle of or after a call that changes something on the disk",
    async points() {
      const [calls, gift] = [await inTrial(callsOf), await undisturbed()];
      return calls.flatMap((call, index) =>
        momentsOf(call).map((when) => ({
          name: `${when} call ${index + 1}: ${call}`,
          attempt: () => inTrial((trial) => assertSurvives({ ...trial, kill: { number: index + 1, when } }, gift)),
        })),
      );
    },
  };
}

/** A process is killed, and the one that goes on with its run, too. Where, is left to chance. */
export function killAgain({ times }: { readonly times: number }): Kind {
  return {
    name: "again",
    tries: "a process is killed at a call, and so is the one that goes on with its run",
    async points(seed) {
      const [calls, gift, chance] = [await inTrial(callsOf), await undisturbed(), chanceOf(seed)];
      const killOf = (from: number): Kill => ({
        number: from + Math.floor(chance() * (calls.length - from)),
        when: chance() < 0.5 ? "before" : "after",
      });
      return Array.from({ length: times }, () => {
        // Not so early that there is no run yet.
        const [first, second] = [killOf(calls.indexOf(FIRST_OF_OUTCOME)), killOf(1)];
        return {
          name: `${first.when} call ${first.number}, then ${second.when} call ${second.number}`,
          attempt: () => inTrial((trial) => assertSurvives({ ...trial, kill: first }, gift, [second])),
        };
      });
    },
  };
}

/** By then it is on record that the run started. */
const FIRST_OF_OUTCOME = "mkdir itself /.dad/work";

/**
 * What is done at once has no middle. After a call it is, all in all, as it is before the next one: that is tried where others may
 * go on from what was done. To close a file changes nothing on the disk.
 */
function momentsOf(call: string): ReadonlyArray<Kill["when"]> {
  if (call.startsWith("close ")) return [];
  if (/^(write|copyFile|writeFile|appendFile)\b/.test(call)) return MOMENTS;
  return /^(sync|datasync|rename|link)\b/.test(call) ? ["before", "after"] : ["before"];
}

/** A process is killed before, after and in the middle of each git command that it runs. */
export function killAtGit(): Kind {
  return {
    name: "git",
    tries: "a process is killed before, in the middle of or after a git command that it runs",
    async points() {
      const gift = await undisturbed();
      const commands = await inTrial(async (trial) => {
        const watched = await killingGit(trial.directory, undefined);
        await callsOf({ ...trial, git: watched.git });
        return await watched.commands();
      });
      return commands.flatMap((command, index) =>
        MOMENTS.map((when) => ({
          name: `${when} git command ${index + 1}: ${command}`,
          attempt: () =>
            inTrial(async (trial) => {
              const { git } = await killingGit(trial.directory, { number: index + 1, when });
              await assertSurvives({ ...trial, git }, gift);
            }),
        })),
      );
    },
  };
}
