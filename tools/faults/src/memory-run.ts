import { type DiskFs, memoryLocks } from "@dad/disk";
import { faultyDisk, powerLossDisk } from "@dad/disk/testing";
import { type Gift, giftOf } from "./gift.ts";
import { runSubject, SUBJECT, type SubjectRun } from "./subject-run.ts";
import { sixNodes } from "./subject.ts";
import { memoryWitness, type Witness } from "./witness.ts";

/** A run of the subject on a disk in memory, on a machine that has just been switched on. It has no working tree. */
export function inMemory(fs: DiskFs, witness: Witness): SubjectRun {
  return { root: "/home/runs", fs, locks: memoryLocks(), subject: sixNodes, witness, runId: SUBJECT };
}

/** The calls that change something in a run that nobody disturbs, each as what it does and where, and what the run gives. */
export async function undisturbedInMemory(): Promise<{ readonly calls: readonly string[]; readonly gift: Gift }> {
  const [disk, calls] = [powerLossDisk(), [] as string[]];
  const fs = faultyDisk(disk, ({ operation, path }) => {
    calls.push(`${operation} ${path}`);
    return undefined;
  });
  const run = await runSubject(inMemory(fs, memoryWitness()));
  return { calls: [...calls], gift: await giftOf(inMemory(disk, memoryWitness()), run) };
}
