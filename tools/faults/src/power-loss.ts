import { faultyDisk, powerLossDisk, type Survival } from "@dad/disk/testing";
import { assertSound } from "./checkup.ts";
import type { Gift } from "./gift.ts";
import { inMemory, undisturbedInMemory } from "./memory-run.ts";
import { chanceOf, type Kind, type Point } from "./point.ts";
import { assertRecovers, goOn, keeping } from "./recover.ts";
import { runSubject, type SubjectRun } from "./subject-run.ts";
import { memoryWitness, type Witness } from "./witness.ts";

export interface PowerLossOptions {
  /** How often chance decides what of it survives, besides nothing and everything. */
  readonly chances: number;
}

/** The power fails before each call that changes something. What was not durable by then survives or not. */
export function powerLoss({ chances }: PowerLossOptions): Kind {
  return {
    name: "power",
    tries: "the power fails before a call that changes something, and nothing, all or some of what was not durable is left",
    async points(seed) {
      const { calls, gift } = await undisturbedInMemory();
      const survivals: Survival[] = ["nothing", "everything", ...Array.from({ length: chances }, (_, index) => ({ seed: seed + index }))];
      return calls.flatMap((call, index) => survivals.map((survival) => pointAt({ number: index + 1, call, survival }, gift)));
    },
  };
}

interface Loss {
  readonly number: number;
  readonly call: string;
  readonly survival: Survival;
}

function pointAt({ number, call, survival }: Loss, gift: Gift): Point {
  return {
    name: `before call ${number}: ${call}; left is ${JSON.stringify(survival)}`,
    async attempt() {
      const [disk, witness] = [powerLossDisk(), memoryWitness()];
      await cutOff(inMemory(disk, witness), number, runSubject);
      const at = inMemory(disk.afterPowerLoss(survival), witness);
      await assertRecovers(at, gift);
      await assertSound(at);
    },
  };
}

/** The power fails, and fails again while somebody goes on with the run. When, and what is left, is left to chance. */
export function powerLossAgain({ times }: { readonly times: number }): Kind {
  return {
    name: "outages",
    tries: "the power fails, and again while somebody goes on with the run, and some of what was not durable is left each time",
    async points(seed) {
      const [{ calls, gift }, chance] = [await undisturbedInMemory(), chanceOf(seed)];
      return Array.from({ length: times }, (_, index) => {
        const numbers = [chance(), chance()].map((share) => 1 + Math.floor(share * calls.length)) as [number, number];
        return { name: `before calls ${numbers.join(" and ")}, with the seed ${index}`, attempt: () => loseTwice(numbers, index, gift) };
      });
    },
  };
}

async function loseTwice([first, second]: readonly [number, number], seed: number, gift: Gift): Promise<void> {
  const [disk, witness] = [powerLossDisk(), memoryWitness()];
  await cutOff(inMemory(disk, witness), first, runSubject);
  const left = disk.afterPowerLoss({ seed });
  const resumed = inMemory(left, witness);
  await keeping(resumed, async (before) => {
    if (before.length > 0) await cutOff(resumed, second, goOn);
  });
  const at = inMemory(left.afterPowerLoss({ seed: seed + 1 }), witness);
  await assertRecovers(at, gift);
  await assertSound(at);
}

/** Works on a run up to a call: what comes after it does not happen, and nobody sees it. */
async function cutOff(at: SubjectRun, number: number, work: (at: SubjectRun) => Promise<unknown>): Promise<void> {
  const dark = Promise.withResolvers<void>();
  let on = true;
  const fs = faultyDisk(
    at.fs,
    (call) => {
      if (call.number !== number) return undefined;
      on = false;
      dark.resolve();
      return { kind: "crash", when: "before" };
    },
    { crash: () => new Promise<never>(() => undefined) },
  );
  const witness: Witness = { ...at.witness, see: (sighting) => void (on && at.witness.see(sighting)) };
  await Promise.race([work({ ...at, fs, witness }), dark.promise]);
}
