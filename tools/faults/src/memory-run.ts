import { type DiskFs, memoryLocks } from "@dad/disk";
import { faultyDisk, type PowerLossDisk, powerLossDisk } from "@dad/disk/testing";
import { asking } from "./asking.ts";
import { EARLIER, earlierWithoutCommands, rerunWithoutCommands } from "./earlier.ts";
import { type Gift, giftOf } from "./gift.ts";
import { runSubject, SUBJECT, type SubjectRun } from "./subject-run.ts";
import { sixNodes } from "./subject.ts";
import type { Tried } from "./tried.ts";
import { memoryWitness, type Witness } from "./witness.ts";

/** Where a subject is tried on disks in memory, of machines that have just been switched on. It has no working tree. */
export interface MemoryGround {
  /** The calls that change something in a run that nobody disturbs, each as what it does and where. */
  readonly calls: readonly string[];
  /** It is parked on its way, and people have answers for it. */
  readonly asks: boolean;
  /** What such a run gives. */
  readonly gift: Gift;
  /** A disk on which there is what the subject is made from, and nothing else. */
  disk(): PowerLossDisk;
  runOn(fs: DiskFs, witness: Witness): SubjectRun;
}

export async function memoryGround(tried: Tried): Promise<MemoryGround> {
  const subject = { "six nodes": sixNodes, rerun: rerunWithoutCommands, asking }[tried.subject ?? "six nodes"];
  const before = powerLossDisk();
  if (subject.rerun) await runSubject({ ...runOn(before, memoryWitness()), subject: earlierWithoutCommands, runId: EARLIER });
  const ground = { asks: subject.people !== undefined, disk: () => before.afterPowerLoss("everything"), runOn };
  const [disk, calls] = [ground.disk(), [] as string[]];
  const fs = faultyDisk(disk, ({ operation, path }) => {
    calls.push(`${operation} ${path}`);
    return undefined;
  });
  const run = await runSubject(runOn(fs, memoryWitness()));
  return { ...ground, calls: [...calls], gift: await giftOf(runOn(disk, memoryWitness()), run) };

  function runOn(on: DiskFs, witness: Witness): SubjectRun {
    return { root: "/home/runs", fs: on, locks: memoryLocks(), subject, witness, runId: SUBJECT };
  }
}
