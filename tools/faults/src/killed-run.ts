import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelLocks, nodeDisk } from "@dad/disk";
import { planAgentRerun } from "@dad/local";
import type { RunDetails, RunId } from "@dad/protocol";
import { assertSoundHere } from "./checkup.ts";
import { inPlace, outcomesIn } from "./composition.ts";
import { inDirectory } from "./directory.ts";
import { EARLIER } from "./earlier.ts";
import { type Gift, giftOf } from "./gift.ts";
import { type Kill, type LiveRun, startLiveRun, type SubjectName, subjectOf } from "./live-run.ts";
import { assertRecovers, keeping } from "./recover.ts";
import { runSubject, SUBJECT, type SubjectRun } from "./subject-run.ts";
import { fileWitness, memoryWitness } from "./witness.ts";

/** Where a live run is tried: its run root and the file of its witness, in a directory in which there may be more. */
export interface Trial extends Pick<LiveRun, "root" | "witness" | "subject"> {
  readonly directory: string;
}

/** Where a subject is tried, each time in a new directory, in which there is what it is made from. */
export interface Ground {
  readonly subject: SubjectName;
  readonly inTrial: <Result>(work: (trial: Trial) => Promise<Result>) => Promise<Result>;
  /** What a run gives that nobody disturbs. */
  readonly gift: () => Promise<Gift>;
}

/** What all of its trials share is gone with the scope. */
export async function groundFor(subject: SubjectName, scope: AsyncDisposableStack): Promise<Ground> {
  const before = subjectOf({ subject }).rerun && (await earlierRun(scope));
  const inTrial: Ground["inTrial"] = (work) =>
    inDirectory(async (directory) => {
      const root = join(directory, "runs");
      if (before !== undefined) await cp(before, root, { recursive: true });
      return await work({ directory, root, witness: join(directory, "witness"), subject });
    });
  return { subject, inTrial, gift: () => inTrial(({ root }) => onThisMachine({ root, subject }, async (at) => giftOf(at, await runSubject(at)))) };
}

/** A run root with a run that others are made from. */
async function earlierRun(scope: AsyncDisposableStack): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "dad earlier "));
  scope.defer(() => rm(root, { recursive: true, force: true }));
  await onThisMachine({ root, subject: "earlier", runId: EARLIER }, runSubject);
  return root;
}

/** Starts a run that is to be killed, and goes on with it: first in `again`, processes that are to be killed as well, and then in this one. */
export async function assertSurvives(run: LiveRun, gift: Gift, again: readonly Kill[] = []): Promise<void> {
  await untilKilled(run);
  for (const kill of again) await onThisMachine(run, (at) => keeping(at, (before) => untilKilled({ ...run, kill, resume: before.length > 0 })));
  const details = await assertRecoversHere(run, gift);
  await onThisMachine(run, (at) => assertReusable(at, details));
}

/** Goes on with a run, and holds its store against it. What it gave is there also after the store was tidied up. */
export async function assertRecoversHere(run: LiveRun, gift: Gift): Promise<RunDetails> {
  return await onThisMachine(run, async (at) => {
    const details = await assertRecovers(at, gift);
    await assertSoundHere(run.root);
    assert.deepEqual(await giftOf(at, details), gift, "what the run gave is gone after fsck and gc");
    return details;
  });
}

/** The next re-run would find nothing changed, also where the run was cut off. Of what somebody assumed, nobody knows what it was told. */
async function assertReusable(at: SubjectRun, { runId, nodes }: RunDetails): Promise<void> {
  if (nodes.some(({ decision }) => decision === "assumed")) return;
  const definition = at.subject.define(at.witness);
  const { plan } = await inPlace(at, (where) => planAgentRerun(definition, { ...where, rerun: { of: runId } }));
  const others = plan.nodes.filter(({ decision }) => decision !== "reuse").map(({ path, because }) => ({ path, because }));
  assert.deepEqual({ others, problems: plan.problems }, { others: [], problems: [] }, "the next re-run would execute something");
}

/** Waits for a run that is to be killed. It may have one call less than another one, and end in peace before the last. */
async function untilKilled(run: LiveRun): Promise<void> {
  const { signal, code, errors } = await startLiveRun(run).end;
  assert.equal(errors, "");
  assert(signal === "SIGKILL" || code === 0, `it ended with ${signal ?? code}`);
}

interface Here extends Pick<LiveRun, "root" | "subject" | "alone">, Partial<Pick<LiveRun, "witness">> {
  readonly runId?: RunId;
}

/** A run as this process finds it. */
export async function onThisMachine<Result>(
  { root, witness, subject, alone, runId = SUBJECT }: Here,
  work: (at: SubjectRun) => Promise<Result>,
): Promise<Result> {
  await using outcomes = outcomesIn(root);
  const seen = witness === undefined ? memoryWitness() : fileWitness(witness);
  return await work({ root, fs: nodeDisk, locks: kernelLocks(), outcomes, subject: subjectOf({ subject }), witness: seen, runId, alone });
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
