import { inlineEngine } from "@dad/engine/inline";
import { DadError, type RecordedEvent, type RunDetails, RunId } from "@dad/protocol";
import { readHistory, type RunContext, withResumedRun, withRun } from "@dad/run-context";
import { agentRunner, type Assumption, openQuestions, type ResumeOptions } from "@dad/runner";
import { journalsAt, type Place, portsAt } from "./composition.ts";
import type { Subject } from "./subject.ts";
import type { Witness } from "./witness.ts";

export const SUBJECT = RunId.parse("subject");

/** Where a run of the subject is, and who sees it. */
export interface SubjectRun extends Place {
  readonly subject: Subject;
  readonly witness: Witness;
  readonly runId: RunId;
}

export async function runSubject(at: SubjectRun): Promise<RunDetails> {
  const { root, runId, subject, witness } = at;
  const rootComponentId = subject.define(witness).id;
  const options = { rootComponentId, runRoot: root, runId, inputs: subject.inputs, ports: portsAt(at, witness) };
  return (await withRun(options, workOf(at))).run;
}

/** Goes on with the run. Of what nobody knows, the witness does. */
export async function resumeSubject(at: SubjectRun): Promise<RunDetails> {
  const { root, runId, witness } = at;
  const assume = await assumptionsOf(at);
  const options = { runRoot: root, runId, journals: journalsAt(at), ports: portsAt(at, witness) };
  return (await withResumedRun(options, workOf(at, { assume }))).run;
}

function workOf({ subject, witness }: SubjectRun, resume: ResumeOptions = {}): (run: RunContext) => Promise<unknown> {
  return async (run) => {
    await using execution = await run.isolate();
    return await execution.run(agentRunner(subject.define(witness), { engine: inlineEngine(), resume }));
  };
}

async function assumptionsOf(at: SubjectRun): Promise<Record<string, Assumption>> {
  const had = new Set(at.witness.seen().flatMap(({ saw, path }) => (saw === "effect" ? [path] : [])));
  const unknown = openQuestions(at.subject.define(at.witness), await readHistory(journalsAt(at), at.runId));
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
