import assert from "node:assert/strict";
import { inlineEngine } from "@dad/engine/inline";
import { DadError, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { continuationOf, planAgentRerun } from "@dad/local";
import { readHistory, type RunContext, type RunHistory, withResumedRun, withRun, type WithRunOptions } from "@dad/run-context";
import { agentRunner, assertAllowed, type Assumption, openQuestions, type RunnerOptions } from "@dad/runner";
import { inPlace, journalsAt, type Place, portsAt } from "./composition.ts";
import { clockOf, post } from "./people.ts";
import type { Subject } from "./subject.ts";
import type { Witness } from "./witness.ts";

export const SUBJECT = RunId.parse("subject");

/** Where a run of the subject is, and who sees it. */
export interface SubjectRun extends Place {
  readonly subject: Subject;
  readonly witness: Witness;
  readonly runId: RunId;
  /** A re-run is gone on with after the earlier run was deleted. */
  readonly alone?: boolean | undefined;
}

/** Runs the subject to its end. Whoever finds it parked has answers, and goes on with it. */
export function runSubject(at: SubjectRun): Promise<RunDetails> {
  return toItsEnd(at, beginSubject);
}

/** Goes on with the run, in the same way. */
export function resumeSubject(at: SubjectRun): Promise<RunDetails> {
  return toItsEnd(at, goOnWithSubject);
}

/** Parked twice when nobody disturbs it, and once more for each time that something goes wrong. */
const MOST_PARKED = 6;

async function toItsEnd(at: SubjectRun, work: (at: SubjectRun) => Promise<RunDetails>): Promise<RunDetails> {
  try {
    return await work(at);
  } catch (error) {
    const { people } = at.subject;
    if (people === undefined || !DadError.is(error, "RUN_WAITING")) throw error;
    at.witness.see({ saw: "parked", path: at.runId });
    const events = await eventsOf(at);
    assert(
      events.filter(({ type }) => type === "run.parked").length <= MOST_PARKED,
      "it is parked time and again, although all that it asks was answered",
    );
    await post(people, at, events);
  }
  return await toItsEnd(at, goOnWithSubject);
}

async function beginSubject(at: SubjectRun): Promise<RunDetails> {
  const { root, runId, subject, witness } = at;
  const rootComponentId = subject.define(witness).id;
  const { continuation, ...planned } = await plannedOf(at);
  const options = { rootComponentId, runRoot: root, runId, ...planned, ports: portsAt(at, witness, subject.people?.handle) };
  return (await withRun(options, workOf(at, { continuation }))).run;
}

async function plannedOf(at: SubjectRun): Promise<Pick<WithRunOptions, "inputs" | "rerun"> & Pick<RunnerOptions, "continuation">> {
  const { subject, witness } = at;
  if (subject.rerun === undefined) return { inputs: subject.inputs };
  const { options } = subject.rerun;
  return await inPlace(at, async (where) => {
    const { plan, start, continuation, inputs } = await planAgentRerun(subject.define(witness), { ...where, rerun: options });
    assertAllowed(plan);
    return { inputs, rerun: start, continuation };
  });
}

/** Of what nobody knows, the witness does. */
async function goOnWithSubject(at: SubjectRun): Promise<RunDetails> {
  const { root, runId, subject, witness } = at;
  const history = await readHistory(journalsAt(at), runId);
  const resume = { assume: assumptionsOf(at, history) };
  const continuation = await inPlace(at, (where) => continuationOf(subject.define(witness), history, { ...where, runId }));
  const options = { runRoot: root, runId, journals: journalsAt(at), ports: portsAt(at, witness, subject.people?.handle) };
  return (await withResumedRun(options, workOf(at, { resume, continuation }))).run;
}

function workOf(at: SubjectRun, how: Pick<RunnerOptions, "resume" | "continuation">): (run: RunContext) => Promise<unknown> {
  const { subject, witness } = at;
  return async (run) => {
    const clock = subject.people && { clock: clockOf(await eventsOf(at)) };
    await using execution = await run.isolate();
    return await execution.run(agentRunner(subject.define(witness), { engine: inlineEngine(), ...clock, ...how }));
  };
}

function assumptionsOf(at: SubjectRun, history: RunHistory): Record<string, Assumption> {
  const had = new Set(at.witness.seen().flatMap(({ saw, path }) => (saw === "effect" ? [path] : [])));
  const unknown = openQuestions(at.subject.define(at.witness), history);
  return Object.fromEntries(unknown.map((path) => [path, had.has(path) ? { done: true, value: at.subject.effects[path] ?? null } : { done: false }]));
}

/** What is recorded, verified. Nothing when there is no run. */
export async function eventsOf(at: SubjectRun): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  try {
    for await (const event of journalsAt(at).read(at.runId)) events.push(event);
  } catch (error) {
    if (!DadError.is(error, "RUN_UNKNOWN")) throw error;
  }
  return events;
}
