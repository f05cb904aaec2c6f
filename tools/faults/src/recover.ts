import assert from "node:assert/strict";
import { DadError, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import { journalsAt } from "./composition.ts";
import { type Gift, giftOf } from "./gift.ts";
import { eventsOf, resumeSubject, runSubject, type SubjectRun } from "./subject-run.ts";

/**
 * Does something with a run that was cut off, and holds what comes of it against what was there and what was seen before:
 * the journal verifies and goes on from what it was, and nothing that was said to be committed is missing or done again.
 */
export async function keeping<Result>(cutOff: SubjectRun, work: (before: readonly RecordedEvent[]) => Promise<Result>): Promise<Result> {
  const { witness } = cutOff;
  const seen = witness.seen();
  const before = await eventsOf(cutOff);
  const committed = new Set(before.flatMap((event) => (event.type === "node.completed" ? [event.path as string] : [])));
  for (const { saw, path } of seen)
    if (saw === "committed") assert(committed.has(path), `${path} was said to be committed, and is not in the journal`);
  const result = await work(before);
  assert.deepEqual((await eventsOf(cutOff)).slice(0, before.length), before, "the journal does not go on from what it was");
  for (const { saw, path } of witness.seen().slice(seen.length))
    assert(saw !== "executed" || !committed.has(path), `${path} was committed, and executed again`);
  return result;
}

/** Goes on with a run that was cut off, to its end: it gives what an undisturbed run gives. */
export async function assertRecovers(cutOff: SubjectRun, expected: Gift): Promise<void> {
  await assertGives(cutOff, await keeping(cutOff, (before) => (before.length > 0 ? goOn(cutOff) : runSubject({ ...cutOff, runId: ANEW }))), expected);
}

/** What must not be repeated was done once, and the run gives what an undisturbed run gives. */
export async function assertGives(at: SubjectRun, run: RunDetails, expected: Gift): Promise<void> {
  const effects = at.witness.seen().flatMap(({ saw, path }) => (saw === "effect" ? [path] : []));
  assert.deepEqual(effects, Object.keys(at.subject.effects), "what must not be repeated was not done once");
  assert.deepEqual(await giftOf(at, run), expected, "it does not give what an undisturbed run gives");
}

/** The id of a run that is made when nothing is left of the one before, whose id may be taken for ever. */
const ANEW = RunId.parse("anew");

/** Goes on with a run to its end, where it has not got there already. */
export async function goOn(at: SubjectRun): Promise<RunDetails> {
  try {
    return await resumeSubject(at);
  } catch (error) {
    if (!DadError.is(error, "RUN_COMPLETED")) throw error;
    return await readRun(journalsAt(at), at.runId, { runRoot: at.root });
  }
}
