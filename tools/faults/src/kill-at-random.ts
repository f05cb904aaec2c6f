import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { readRun } from "@dad/run-context";
import { assertSoundHere } from "./checkup.ts";
import { journalsAt } from "./composition.ts";
import type { Gift } from "./gift.ts";
import { groundFor, onThisMachine, type Trial } from "./killed-run.ts";
import { type LiveRun, startLiveRun } from "./live-run.ts";
import { chanceOf, type Kind } from "./point.ts";
import { assertGives, keeping } from "./recover.ts";

/** Most of the time a run takes longer than that from its first node on. */
const LONGEST_MS = 100;

/** A run of 49 nodes, many of them at the same time, is killed at random moments, and gone on with, until it is completed. */
export function killAtRandom({ times }: { readonly times: number }): Kind {
  return {
    name: "random",
    tries: "a run of 49 nodes, many of them at the same time, is killed at random moments, and gone on with each time, until it is completed",
    async points(seed, scope) {
      const { inTrial, gift: giftOf } = await groundFor("chain", scope);
      const gift = await giftOf();
      return Array.from({ length: times }, (_, index) => ({
        name: `run ${index + 1}`,
        attempt: () => inTrial((trial) => killUntilCompleted(trial, chanceOf(seed + index), gift)),
      }));
    },
  };
}

async function killUntilCompleted(run: Trial, chance: () => number, gift: Gift): Promise<void> {
  await onThisMachine(run, async (at) => {
    const next = () => keeping(at, (before) => killOnce({ ...run, resume: before.length > 0 }, chance() * LONGEST_MS));
    while (!(await next()));
    await assertGives(at, await readRun(journalsAt(at), at.runId, { runRoot: at.root }), gift);
  });
  await assertSoundHere(run.root);
}

/** Whether it was completed before it was killed. */
async function killOnce(run: LiveRun, afterMs: number): Promise<boolean> {
  const program = startLiveRun(run);
  // From its first node on, or when it is over.
  await program.line();
  await delay(afterMs);
  program.kill();
  const { signal, code, errors } = await program.end;
  assert.equal(errors, "");
  assert(signal === "SIGKILL" || code === 0, `it ended with ${signal ?? code}`);
  return code === 0;
}
