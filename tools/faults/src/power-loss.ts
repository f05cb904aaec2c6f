import { faultyDisk, type Survival } from "@dad/disk/testing";
import { assertSound } from "./checkup.ts";
import { type MemoryGround, memoryGround } from "./memory-run.ts";
import { chanceOf, type Kind, type Point } from "./point.ts";
import { assertRecovers, goOn, keeping } from "./recover.ts";
import { runSubject, type SubjectRun } from "./subject-run.ts";
import { kindOf, type Tried, type Way, waysOf } from "./tried.ts";
import { memoryWitness, type Witness } from "./witness.ts";

export interface PowerLossOptions extends Tried {
  /** How often chance decides what of it survives, besides nothing and everything. */
  readonly chances: number;
}

/** The power fails before each call that changes something. What was not durable by then survives or not. */
export function powerLoss({ chances, ...tried }: PowerLossOptions): Kind {
  return {
    ...kindOf("power", tried),
    tries: "the power fails before a call that changes something, and nothing, all or some of what was not durable is left",
    async points(seed) {
      const ground = await memoryGround(tried);
      const survivals: Survival[] = ["nothing", "everything", ...Array.from({ length: chances }, (_, index) => ({ seed: seed + index }))];
      return ground.calls.flatMap((call, index) =>
        survivals.flatMap((survival) => waysOf(tried).map((way) => pointAt(ground, { ...way, number: index + 1, call, survival }))),
      );
    },
  };
}

interface Loss extends Way {
  readonly number: number;
  readonly call: string;
  readonly survival: Survival;
}

function pointAt(ground: MemoryGround, { number, call, survival, alone, after }: Loss): Point {
  return {
    name: `before call ${number}: ${call}; left is ${JSON.stringify(survival)}${after}`,
    async attempt() {
      const [disk, witness] = [ground.disk(), memoryWitness()];
      await cutOff(ground.runOn(disk, witness), number, runSubject);
      const at = { ...ground.runOn(disk.afterPowerLoss(survival), witness), alone };
      await assertRecovers(at, ground.gift);
      await assertSound(at);
    },
  };
}

/** The power fails, and fails again while somebody goes on with the run. When, and what is left, is left to chance. */
export function powerLossAgain({ times, ...tried }: Tried & { readonly times: number }): Kind {
  return {
    ...kindOf("outages", tried),
    tries: "the power fails, and again while somebody goes on with the run, and some of what was not durable is left each time",
    async points(seed) {
      const [ground, chance] = [await memoryGround(tried), chanceOf(seed)];
      return Array.from({ length: times }, (_, index) => {
        const numbers = [chance(), chance()].map((share) => 1 + Math.floor(share * ground.calls.length)) as [number, number];
        return { name: `before calls ${numbers.join(" and ")}, with the seed ${index}`, attempt: () => loseTwice(ground, numbers, index) };
      });
    },
  };
}

async function loseTwice(ground: MemoryGround, [first, second]: readonly [number, number], seed: number): Promise<void> {
  const [disk, witness] = [ground.disk(), memoryWitness()];
  await cutOff(ground.runOn(disk, witness), first, runSubject);
  const left = disk.afterPowerLoss({ seed });
  const resumed = ground.runOn(left, witness);
  await keeping(resumed, async (before) => {
    if (before.length > 0) await cutOff(resumed, second, goOn);
  });
  const at = { ...ground.runOn(left.afterPowerLoss({ seed: seed + 1 }), witness), alone: seed % 2 === 1 };
  await assertRecovers(at, ground.gift);
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
