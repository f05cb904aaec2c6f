import type { JournalStore } from "@dad/journal";
import type { ArtifactEntry, EventOf, FailureHandling, NodePath, OutcomeRef, RecordedEvent, RunId } from "@dad/protocol";

/** The part of a journal store that is read. */
export type JournalSource = Pick<JournalStore, "read" | "owner">;

type Recorded<Type extends RecordedEvent["type"]> = Extract<RecordedEvent, { readonly type: Type }>;
type NodeEnd = Recorded<"node.completed"> | Recorded<"node.failed"> | Recorded<"node.cancelled">;

/** One attempt of a node, as its journal tells it. Of one that was reused there is an end alone. */
export interface AttemptRecord {
  readonly path: NodePath;
  readonly attempt: number;
  readonly start: Recorded<"node.started"> | undefined;
  readonly end: NodeEnd | undefined;
  /** It waited for an answer, and the node was to be begun again. */
  readonly parked?: Recorded<"node.parked">;
}

/** A change of the files of the outcome by one attempt. */
export interface FileStep {
  readonly attempt: AttemptRecord;
  readonly outcome: OutcomeRef;
}

/** Static inputs: all that a run had from then on. */
export interface GivenInputs {
  readonly seq: number;
  readonly time: string;
  readonly artifact: ArtifactEntry;
}

/** A run with all attempts of all of its nodes. */
export interface RunRecord {
  readonly runId: RunId;
  readonly started: Recorded<"run.started">;
  /** Somebody works on it. */
  readonly live: boolean;
  /** Of each node, the first one first. */
  readonly attempts: ReadonlyMap<NodePath, readonly AttemptRecord[]>;
  /** By the number of the entry that says how they ended. */
  readonly ends: ReadonlyMap<number, AttemptRecord>;
  /** The kind of each component and block. */
  readonly components: ReadonlyMap<NodePath, string>;
  readonly handled: ReadonlyMap<NodePath, FailureHandling>;
  /** Names the files as the first node found them. */
  readonly tree: string | undefined;
  /** Where its branch begins. */
  readonly opened: OutcomeRef | undefined;
  readonly steps: readonly FileStep[];
  readonly given: readonly GivenInputs[];
}

/** By the entry that stands for it. */
export function seqOf({ start, end }: AttemptRecord): number {
  // There is no attempt without either.
  return (end ?? start)?.seq ?? 0;
}

/** When it was begun, among the entries of its run. */
export function beginOf({ start, end }: AttemptRecord): number {
  return (start ?? end)?.seq ?? 0;
}

/** What is kept of it: nothing before it has ended. */
export function artifactsOf({ end }: AttemptRecord): readonly ArtifactEntry[] {
  return end?.artifacts ?? [];
}

export interface FoldedRun extends Omit<RunRecord, "started" | "live" | "runId"> {
  readonly started: Recorded<"run.started"> | undefined;
}

/** Folds a journal. @throws what the reading of it throws. */
export async function foldRun(events: AsyncIterable<RecordedEvent>): Promise<FoldedRun> {
  const run: Folding = {
    started: undefined,
    tree: undefined,
    opened: undefined,
    attempts: new Map(),
    ends: new Map(),
    components: new Map(),
    handled: new Map(),
    steps: [],
    given: [],
  };
  for await (const event of events) add(run, event);
  return run;
}

interface Folding {
  started: FoldedRun["started"];
  tree: FoldedRun["tree"];
  opened: FoldedRun["opened"];
  readonly attempts: Map<NodePath, AttemptRecord[]>;
  readonly ends: Map<number, AttemptRecord>;
  readonly components: Map<NodePath, string>;
  readonly handled: Map<NodePath, FailureHandling>;
  readonly steps: FileStep[];
  readonly given: GivenInputs[];
}

function add(run: Folding, event: RecordedEvent): void {
  switch (event.type) {
    case "run.started":
      run.started = event;
      run.tree = event.rerun?.start?.tree;
      if (event.inputs) run.given.push({ seq: event.seq, time: event.time, artifact: event.inputs });
      return;
    case "inputs.registered":
      run.given.push({ seq: event.seq, time: event.time, artifact: event.artifact });
      return;
    case "outcome.opened":
      run.tree ??= event.outcome.tree;
      run.opened = event.outcome;
      return;
    case "component.started":
      run.components.set(event.path, event.kind);
      return;
    case "failure.handled":
      run.handled.set(event.path, event.by);
      return;
    case "node.started":
      attemptsOf(run, event.path).push({ path: event.path, attempt: event.attempt, start: event, end: undefined });
      return;
    case "node.parked":
      addParked(run, event);
      return;
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      addEnd(run, event);
      return;
    default:
  }
}

function attemptsOf({ attempts }: Folding, path: NodePath): AttemptRecord[] {
  const known = attempts.get(path) ?? [];
  attempts.set(path, known);
  return known;
}

function addParked(run: Folding, parked: Recorded<"node.parked">): void {
  const attempts = attemptsOf(run, parked.path);
  const at = attempts.findIndex(({ attempt, end }) => attempt === parked.attempt && end === undefined);
  const begun = attempts[at];
  if (begun) attempts[at] = { ...begun, parked };
}

function addEnd(run: Folding, end: NodeEnd): void {
  const attempts = attemptsOf(run, end.path);
  const at = attempts.findIndex(({ attempt, end: over }) => attempt === end.attempt && over === undefined);
  const record: AttemptRecord = { path: end.path, attempt: end.attempt, start: attempts[at]?.start, end };
  attempts.splice(at < 0 ? attempts.length : at, at < 0 ? 0 : 1, record);
  run.ends.set(end.seq, record);
  const outcome = end.type === "node.cancelled" ? undefined : end.outcome;
  if (outcome) run.steps.push({ attempt: record, outcome });
}

/** What an end says of what its node was made of. */
export function madeIn({
  end,
}: AttemptRecord): Partial<Pick<EventOf<"node.completed">, "fingerprint" | "reads" | "decidedBy" | "outcome" | "origin">> {
  return end === undefined || end.type === "node.cancelled" ? {} : end;
}
