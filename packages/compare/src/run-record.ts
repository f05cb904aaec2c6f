import { type JournalStore, RunUnknownError } from "@dad/journal";
import {
  type ArtifactEntry,
  type ComparedAttempt,
  type EventOf,
  NO_USAGE,
  type NodeFingerprint,
  type NodePath,
  type RecordedEvent,
  type RunDetails,
  type RunId,
} from "@dad/protocol";
import { detailsOf, emptyProjection, project } from "@dad/run-context";

/** One attempt of a node as it is recorded. */
export interface AttemptRecord {
  readonly path: NodePath;
  /** Among those of its node. What waited for an answer and was begun again counts once, whoever was there to answer. */
  readonly attempt: number;
  readonly facts: ComparedAttempt;
  readonly fingerprint: NodeFingerprint | undefined;
  readonly artifacts: readonly ArtifactEntry[];
}

/** A run with all of its attempts, not only the last one of each node. */
export interface RunRecord {
  readonly details: RunDetails;
  /** By path and number, in the order in which they started. */
  readonly attempts: ReadonlyMap<string, AttemptRecord>;
}

/** The part of a journal store that is read. */
export type JournalSource = Pick<JournalStore, "read" | "owner">;

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

function attemptKey({ path, attempt }: Pick<AttemptRecord, "path" | "attempt">): string {
  return `${path} ${attempt}`;
}

/** @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. */
export async function readRunRecord(journals: JournalSource, runId: RunId, options: AbortOptions): Promise<RunRecord> {
  // Asked before reading: a run that ends in between has its end in what is read.
  const live = (await journals.owner(runId, options)) !== undefined;
  const attempts = new Map<string, AttemptRecord>();
  const parked = new Map<NodePath, number>();
  let run = emptyProjection();
  for await (const event of journals.read(runId, options)) {
    run = project(run, event);
    addAttempt(attempts, withoutParked(event, parked));
    if (event.type === "node.parked") parked.set(event.path, (parked.get(event.path) ?? 0) + 1);
  }
  if (!run.started) throw new RunUnknownError(runId);
  const details = detailsOf(run, { runDir: "", live });
  if (!live) interruptRunning(attempts);
  return { details, attempts };
}

/** As if it had been answered at once. */
function withoutParked(event: RecordedEvent, parked: ReadonlyMap<NodePath, number>): RecordedEvent {
  if (!("path" in event) || !("attempt" in event)) return event;
  const { path, attempt } = event as { readonly path: NodePath; readonly attempt: number };
  return { ...event, attempt: attempt - (parked.get(path) ?? 0) };
}

function addAttempt(attempts: Map<string, AttemptRecord>, event: RecordedEvent): void {
  switch (event.type) {
    case "run.resumed":
      interruptRunning(attempts);
      return;
    case "node.started":
      attempts.set(attemptKey(event), begunAttempt(event));
      return;
    case "node.parked":
      attempts.set(attemptKey(event), parkedAttempt(event, attempts.get(attemptKey(event))));
      return;
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      attempts.set(attemptKey(event), endedAttempt(event, attempts.get(attemptKey(event))?.facts.nodeType));
      return;
    default:
  }
}

function begunAttempt({ path, attempt, nodeType }: EventOf<"node.started">): AttemptRecord {
  const facts: ComparedAttempt = { nodeType, status: "running", decision: "executed", durationMs: null, usage: null };
  return { path, attempt, facts, fingerprint: undefined, artifacts: [] };
}

function parkedAttempt({ path, attempt, durationMs, usage }: EventOf<"node.parked">, begun: AttemptRecord | undefined): AttemptRecord {
  const facts: ComparedAttempt = { ...begun?.facts, status: "waiting", decision: "executed", durationMs, usage: usage ?? NO_USAGE };
  return { path, attempt, facts, fingerprint: undefined, artifacts: [] };
}

const STATUSES = { "node.completed": "completed", "node.failed": "failed", "node.cancelled": "cancelled" } as const;

type NodeEnd = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.cancelled">;

function endedAttempt(event: NodeEnd, nodeType: string | undefined): AttemptRecord {
  const { path, attempt, durationMs, usage, artifacts } = event;
  const origin = event.type === "node.cancelled" ? undefined : event.origin;
  const decision = event.type === "node.completed" ? event.decision : origin ? "reused" : "executed";
  const error = event.type === "node.completed" ? undefined : event.error;
  const facts: ComparedAttempt = {
    ...(nodeType === undefined ? {} : { nodeType }),
    status: STATUSES[event.type],
    decision,
    ...(origin ? { origin } : {}),
    durationMs,
    // Usage is recorded of whoever asked a model. What is reused was paid for by the run that made it.
    usage: decision === "reused" ? NO_USAGE : (usage ?? NO_USAGE),
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  };
  return { path, attempt, facts, fingerprint: event.type === "node.cancelled" ? undefined : event.fingerprint, artifacts };
}

/** Nobody works on them any more. */
function interruptRunning(attempts: Map<string, AttemptRecord>): void {
  for (const [key, record] of attempts) {
    if (record.facts.status === "running") attempts.set(key, { ...record, facts: { ...record.facts, status: "interrupted" } });
  }
}
