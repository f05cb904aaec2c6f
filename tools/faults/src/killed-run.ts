import assert from "node:assert/strict";
import { join } from "node:path";
import { kernelLocks, nodeDisk } from "@dad/disk";
import { assertSoundHere } from "./checkup.ts";
import { outcomesIn } from "./composition.ts";
import { inDirectory } from "./directory.ts";
import { type Gift, giftOf } from "./gift.ts";
import { type Kill, type LiveRun, startLiveRun, subjectOf } from "./live-run.ts";
import { assertRecovers, keeping } from "./recover.ts";
import { runSubject, SUBJECT, type SubjectRun } from "./subject-run.ts";
import { fileWitness, memoryWitness } from "./witness.ts";

/** Where a live run is tried: its run root and the file of its witness, in a directory in which there may be more. */
export interface Trial {
  readonly directory: string;
  readonly root: string;
  readonly witness: string;
}

export async function inTrial<Result>(work: (trial: Trial) => Promise<Result>): Promise<Result> {
  return await inDirectory((directory) => work({ directory, root: join(directory, "runs"), witness: join(directory, "witness") }));
}

/** Starts a run that is to be killed, and goes on with it: first in `again`, processes that are to be killed as well, and then in this one. */
export async function assertSurvives(run: LiveRun, gift: Gift, again: readonly Kill[] = []): Promise<void> {
  await untilKilled(run);
  for (const kill of again) await onThisMachine(run, (at) => keeping(at, (before) => untilKilled({ ...run, kill, resume: before.length > 0 })));
  await onThisMachine(run, (at) => assertRecovers(at, gift));
  await assertSoundHere(run.root);
}

/** Waits for a run that is to be killed. It may have one call less than another one, and end in peace before the last. */
async function untilKilled(run: LiveRun): Promise<void> {
  const { signal, code, errors } = await startLiveRun(run).end;
  assert.equal(errors, "");
  assert(signal === "SIGKILL" || code === 0, `it ended with ${signal ?? code}`);
}

/** A run as this process finds it. */
export async function onThisMachine<Result>(
  { root, witness, subject }: Pick<LiveRun, "root" | "subject"> & Partial<Pick<LiveRun, "witness">>,
  work: (at: SubjectRun) => Promise<Result>,
): Promise<Result> {
  await using outcomes = outcomesIn(root);
  const seen = witness === undefined ? memoryWitness() : fileWitness(witness);
  return await work({ root, fs: nodeDisk, locks: kernelLocks(), outcomes, subject: subjectOf({ subject }), witness: seen, runId: SUBJECT });
}

/** What a run gives that nobody disturbs. */
export async function undisturbed(subject?: LiveRun["subject"]): Promise<Gift> {
  return await inDirectory((root) => onThisMachine({ root, subject }, async (at) => giftOf(at, await runSubject(at))));
}

/** The calls that change something in a run that nobody disturbs, each as what it does and where. */
export async function callsOf(run: LiveRun): Promise<readonly string[]> {
  const program = startLiveRun(run);
  await program.line();
  const calls = await program.line();
  const { code, errors } = await program.end;
  assert.deepEqual({ code, errors }, { code: 0, errors: "" });
  return JSON.parse(calls ?? "[]") as readonly string[];
}
