import assert from "node:assert/strict";
import { join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { DadError, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import { assertAsked, assertOnRecord } from "./asked.ts";
import { journalsAt } from "./composition.ts";
import { EARLIER } from "./earlier.ts";
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
  assertOnRecord(seen, before);
  const committed = new Set(before.flatMap((event) => (event.type === "node.completed" ? [event.path as string] : [])));
  for (const { saw, path } of seen)
    if (saw === "committed") assert(committed.has(path), `${path} was said to be committed, and is not in the journal`);
  const result = await work(before);
  const after = await eventsOf(cutOff);
  assert.deepEqual(after.slice(0, before.length), before, "the journal does not go on from what it was");
  const executed = witness
    .seen()
    .slice(seen.length)
    .flatMap(({ saw, path }) => (saw === "executed" ? [path] : []));
  for (const path of executed) assert(!committed.has(path), `${path} was committed, and executed again`);
  // One that was parked is executed again when the run goes on.
  const added = [...after.slice(before.length), ...(await eventsOf({ ...cutOff, runId: ANEW }))];
  const parked = added.flatMap((event) => (event.type === "node.parked" ? [event.path as string] : []));
  for (const path of new Set(executed)) assert(countOf(path, executed) <= 1 + countOf(path, parked), `${path} was executed twice`);
  return result;
}

function countOf<Item>(item: Item, items: readonly Item[]): number {
  return items.filter((other) => other === item).length;
}

/** Goes on with a run that was cut off, to its end: it gives what an undisturbed run gives. */
export async function assertRecovers(cutOff: SubjectRun, expected: Gift): Promise<RunDetails> {
  const run = await keeping(cutOff, async (before) => {
    // Without the earlier run, there is nothing that a re-run could be made from anew.
    if (before.length === 0) return await runSubject({ ...cutOff, runId: ANEW });
    if (cutOff.alone && cutOff.subject.rerun) await removeAll(cutOff.fs, join(cutOff.root, EARLIER));
    return await goOn(cutOff);
  });
  await assertGives(cutOff, run, expected);
  return run;
}

/** What must not be repeated was done once, and the run gives what an undisturbed run gives. */
export async function assertGives(at: SubjectRun, run: RunDetails, expected: Gift): Promise<void> {
  const effects = at.witness.seen().flatMap(({ saw, path }) => (saw === "effect" ? [path] : []));
  assert.deepEqual(effects, Object.keys(at.subject.effects), "what must not be repeated was not done once");
  if (at.subject.rerun) assert.deepEqual(begun(at), at.subject.rerun.begins, "other nodes were executed than those that come after the start");
  if (at.subject.people) assertAsked(at.subject.people, at.witness.seen(), await eventsOf({ ...at, runId: run.runId }));
  assert.deepEqual(await giftOf(at, run), expected, "it does not give what an undisturbed run gives");
}

/** The nodes that began, in their order; one that was cut off and began again is there once. */
function begun({ witness }: SubjectRun): readonly string[] {
  return [...new Set(witness.seen().flatMap(({ saw, path }) => (saw === "executed" ? [path] : [])))];
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

async function removeAll(fs: DiskFs, directory: string): Promise<void> {
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? removeAll(fs, path) : fs.unlink(path));
  }
  await fs.rmdir(directory);
}
