import { faultyGit, MOMENTS } from "./faulty-git.ts";
import { assertSurvives, callsOf, type Ground, groundFor } from "./killed-run.ts";
import type { Kill } from "./live-run.ts";
import { chanceOf, type Kind } from "./point.ts";
import { kindOf, type Tried, triedSubject, waysOf } from "./tried.ts";

/** A process is killed before, after and in the middle of each call that changes something on the disk. */
export function killAtCalls(tried: Tried = {}): Kind {
  return {
    ...kindOf("kill", tried),
    tries: "a process is killed before, in the middle of or after a call that changes something on the disk",
    async points(_seed, scope) {
      const ground = await groundFor(triedSubject(tried), scope);
      const [calls, gift] = [await ground.inTrial(callsOf), await ground.gift()];
      const kills = calls.flatMap((call, index) => momentsOf(call, tried).map((when) => ({ call, kill: { number: index + 1, when } })));
      return kills.flatMap(({ call, kill }) =>
        waysOf(tried).map(({ alone, after }) => ({
          name: `${kill.when} call ${kill.number}: ${call}${after}`,
          always: alone && RETAINS.test(call),
          attempt: () => ground.inTrial((trial) => assertSurvives({ ...trial, kill, alone }, gift)),
        })),
      );
    },
  };
}

/** A process is killed, and the one that goes on with its run, too. Where, is left to chance. */
export function killAgain({ times, ...tried }: Tried & { readonly times: number }): Kind {
  return {
    ...kindOf("again", tried),
    tries: "a process is killed at a call, and so is the one that goes on with its run",
    async points(seed, scope) {
      const ground = await groundFor(triedSubject(tried), scope);
      const [calls, gift, chance] = [await ground.inTrial(callsOf), await ground.gift(), chanceOf(seed)];
      const killOf = (from: number): Kill => ({
        number: from + Math.floor(chance() * (calls.length - from)),
        when: chance() < 0.5 ? "before" : "after",
      });
      return Array.from({ length: times }, (_, index) => {
        // Not so early that there is no run yet.
        const [first, second] = [killOf(calls.findIndex((call) => call.startsWith(FIRST_OF_OUTCOME))), killOf(1)];
        return {
          name: `${first.when} call ${first.number}, then ${second.when} call ${second.number}`,
          attempt: () => ground.inTrial((trial) => assertSurvives({ ...trial, kill: first, alone: index % 2 === 1 }, gift, [second])),
        };
      });
    },
  };
}

/** Of all that is in the directory of a run, only this is no view. */
const SHOWS = /^[a-z]+ \/subject\/(?!journal\.jsonl|\.origins|\.inbox)/;

/** Only a re-run does that. */
const RETAINS = /^link \/earlier\/|\/\.origins\b/;

/** By then it is on record that the run started. */
const FIRST_OF_OUTCOME = "mkdir itself /.dad/work";

/**
 * What is done at once has no middle. After a call it is, all in all, as it is before the next one: that is tried where others may
 * go on from what was done. To close a file changes nothing on the disk. How people are shown a run is the same in all.
 */
function momentsOf(call: string, { subject }: Tried): ReadonlyArray<Kill["when"]> {
  if (call.startsWith("close ") || (subject !== undefined && SHOWS.test(call))) return [];
  if (/^(write|copyFile|writeFile|appendFile)\b/.test(call)) return MOMENTS;
  return /^(sync|datasync|rename|link)\b/.test(call) ? ["before", "after"] : ["before"];
}

/** A process is killed before, after and in the middle of each git command that it runs. */
export function killAtGit(tried: Tried = {}): Kind {
  return {
    ...kindOf("git", tried),
    tries: "a process is killed before, in the middle of or after a git command that it runs",
    async points(_seed, scope) {
      const ground = await groundFor(triedSubject(tried), scope);
      const [commands, gift] = [await gitCommandsOf(ground), await ground.gift()];
      const kills = commands.flatMap((command, index) => MOMENTS.map((when) => ({ command, fault: { number: index + 1, when } })));
      return kills.flatMap(({ command, fault }) =>
        waysOf(tried).map(({ alone, after }) => ({
          name: `${fault.when} git command ${fault.number}: ${command}${after}`,
          // There it is that a re-run gets the branch that begins where it starts.
          always: alone && fault.number === commands.indexOf("update-ref") + 1,
          attempt: () =>
            ground.inTrial(async (trial) => {
              const { git } = await faultyGit(trial.directory, fault);
              await assertSurvives({ ...trial, git, alone }, gift);
            }),
        })),
      );
    },
  };
}

/** The git commands of a run that nobody disturbs. */
export async function gitCommandsOf({ inTrial }: Ground): Promise<readonly string[]> {
  return await inTrial(async (trial) => {
    const watched = await faultyGit(trial.directory, undefined);
    await callsOf({ ...trial, git: watched.git });
    return await watched.commands();
  });
}
