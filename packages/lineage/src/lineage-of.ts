import type { ArtifactEntry, Lineage, LineageInput, LineageNode, LineageRef, LineageWriter, RunId } from "@dad/protocol";
import { type Asked, askedIn, type AskedText } from "./asked-node.ts";
import { attemptsBefore, decisionOf, durationOf, errorOf, type Execution, executionOf, statusOf } from "./execution.ts";
import { givenFor, setFor } from "./given-inputs.ts";
import { type InputRecord, inputsOf } from "./inputs-of.ts";
import { artifactsOf, type AttemptRecord, type FileStep, type JournalSource, madeIn, type RunRecord, seqOf } from "./run-record.ts";
import { type AbortOptions, openRunRecords, type RunRecords } from "./run-records.ts";
import { writersOf } from "./writers-of.ts";

export interface LineagePorts {
  readonly journals: JournalSource;
}

export interface LineageOptions extends AskedText, AbortOptions {
  readonly runId: RunId;
  /** How far away from the node its inputs are told: 0 for none. Default 10. */
  readonly depth?: number;
}

const USUAL_DEPTH = 10;

/**
 * How what a node gave came about: who executed it, with what, and what it was made of, and what that was made of, from the journals
 * alone. Of a reused node that is told by the journal of the run that executed it, also when that run is gone and only retained.
 * A run may be going on: what is recorded of it by now is told.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`, `NODE_UNKNOWN`, `NODE_AMBIGUOUS`, `ARTIFACT_UNKNOWN`; TypeError for a depth that is not a
 * whole number from 0.
 */
export async function lineageOf(
  { journals }: LineagePorts,
  { runId, depth = USUAL_DEPTH, node, artifact, ...abort }: LineageOptions,
): Promise<Lineage> {
  if (!Number.isSafeInteger(depth) || depth < 0) throw new TypeError(`a depth is a whole number from 0, not ${depth}`);
  const records = await openRunRecords(journals, runId, abort);
  const asked = askedIn(records.asked, { node, artifact });
  const nodes = await nodesFrom(records, asked.attempt, { depth, ...abort });
  const runs = await records.chain(new Set(nodes.flatMap((told) => runsOf(told))));
  return { format: "dad.lineage/1", runId, ...hereOf(records.asked, asked), depth, runs, nodes };
}

function runsOf({ runId, given, writers = [] }: LineageNode): RunId[] {
  return [runId, ...(given ?? []).map((value) => value.runId), ...writers.map((writer) => writer.runId)];
}

function hereOf(run: RunRecord, { attempt, artifact }: Asked): Pick<Lineage, "path" | "here" | "artifact" | "artifacts"> {
  const at = (attempt.end ?? attempt.start)?.time ?? run.started.time;
  return {
    path: attempt.path,
    here: { seq: seqOf(attempt), attempt: attempt.attempt, decision: decisionOf(attempt), at },
    ...(artifact ? { artifact: withoutContent(artifact) } : {}),
    artifacts: artifactsOf(attempt).map(withoutContent),
  };
}

function withoutContent({ data: _data, ...entry }: ArtifactEntry): ArtifactEntry {
  return entry;
}

interface Walked extends AbortOptions {
  readonly depth: number;
}

/** Those that are near first, so that each is told with as much of what it was made of as the depth allows. */
async function nodesFrom(records: RunRecords, asked: AttemptRecord, { depth, signal }: Walked): Promise<LineageNode[]> {
  const first = await executionOf(records, records.asked, asked);
  const known = new Set([keyOf(first.ref)]);
  const nodes: LineageNode[] = [];
  for (let near = [first], far = 0; near.length > 0; far++) {
    const next: Execution[] = [];
    for (const execution of near) {
      signal?.throwIfAborted();
      const inputs = inputsOf(execution.run, execution.attempt);
      const isCut = far === depth && inputs !== undefined && inputs.length > 0;
      const made = await Promise.all((isCut ? [] : (inputs ?? [])).map((input) => executionsIn(records, execution.run, input)));
      for (const found of made.flatMap(({ executions }) => executions)) {
        if (known.has(keyOf(found.ref))) continue;
        known.add(keyOf(found.ref));
        next.push(found);
      }
      const told = { inputs: inputs ? made.map(({ input }) => input) : null, ...(isCut ? { cut: inputs.length } : {}) };
      nodes.push(await toldNode(records, execution, told));
    }
    near = next;
  }
  return nodes;
}

function keyOf({ runId, seq }: LineageRef): string {
  return `${runId} ${seq}`;
}

interface TracedInput {
  readonly input: LineageInput;
  readonly executions: readonly Execution[];
}

async function executionsIn(records: RunRecords, run: RunRecord, { path, how, kind, attempts }: InputRecord): Promise<TracedInput> {
  const executions: Execution[] = [];
  for (const attempt of attempts) executions.push(await executionOf(records, run, attempt));
  return { executions, input: { path, how, ...(kind === undefined ? {} : { kind }), nodes: executions.map(({ ref }) => ref) } };
}

type MadeOf = Pick<LineageNode, "inputs" | "cut">;

async function toldNode(records: RunRecords, { ref, run, attempt }: Execution, made: MadeOf): Promise<LineageNode> {
  const { fingerprint, outcome } = madeIn(attempt);
  const nodeType = attempt.start?.nodeType ?? fingerprint?.code.type;
  const handled = run.handled.get(attempt.path);
  const writers = writersOf(run, attempt);
  return {
    ...ref,
    recordedIn: run.runId,
    status: statusOf(run, attempt),
    decision: decisionOf(attempt),
    ...(nodeType === undefined ? {} : { nodeType }),
    startedAt: attempt.start?.time ?? null,
    durationMs: durationOf(attempt),
    ...(fingerprint ? { fingerprint } : {}),
    usage: attempt.end?.usage ?? null,
    ...errorOf(attempt),
    ...(handled === undefined || attempt.end?.type !== "node.failed" ? {} : { handled }),
    result: resultOf(attempt),
    ...(outcome ? { outcome } : {}),
    attempts: attemptsBefore(run, attempt),
    given: await givenFor(records, run, attempt),
    set: setFor(run, attempt.path),
    ...(writers ? { writers: await Promise.all(writers.map((step) => writerOf(records, run, step))) } : {}),
    ...made,
  };
}

async function writerOf(records: RunRecords, run: RunRecord, { attempt, outcome }: FileStep): Promise<LineageWriter> {
  const { ref } = await executionOf(records, run, attempt);
  return { ...ref, commit: outcome.commit };
}

function resultOf(attempt: AttemptRecord): LineageNode["result"] {
  const outcome = artifactsOf(attempt).find(({ name }) => name === "outcome");
  return outcome ? { mediaType: outcome.mediaType, digest: outcome.digest, size: outcome.size } : null;
}
