import type { ArtifactEntry, EventOf, InputId, NodePath, RecordedEvent, ReportAttempt, ReportWait, Usage } from "@dad/protocol";
import { addUsage } from "@dad/protocol";
import { withoutData } from "@dad/run-context";

type NodeEnd = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.cancelled"> | EventOf<"node.parked">;

/** Folds the attempts of all nodes. What waited for an answer and was begun again is one attempt. */
export interface AttemptsFold {
  add(event: RecordedEvent): void;
  of(path: NodePath): readonly ReportAttempt[];
  /** What was asked by others than nodes. */
  waitsOf(path: NodePath): readonly ReportWait[];
}

export function foldAttempts(): AttemptsFold {
  const attempts = new Map<NodePath, ReportAttempt[]>();
  const asked = foldWaits();

  const last = (path: NodePath): ReportAttempt | undefined => attempts.get(path)?.at(-1);

  function begin(path: NodePath, start: number): ReportAttempt {
    const all = attempts.get(path) ?? [];
    const attempt = begun(all.length + 1, start);
    all.push(attempt);
    attempts.set(path, all);
    return attempt;
  }

  function started(event: EventOf<"node.started">): void {
    const before = last(event.path);
    const attempt = before?.status === "waiting" ? before : begin(event.path, Date.parse(event.time));
    const { nodeType, effect, traceparent } = event;
    Object.assign(attempt, {
      nodeType,
      status: "running",
      ...(effect ? { effect } : {}),
      ...(traceparent ? { spanId: traceparent.split("-")[2] } : {}),
    });
  }

  function ended(event: NodeEnd): void {
    const before = last(event.path);
    const isOpen = before?.status === "running" || before?.status === "waiting";
    // What is reused was not started here.
    const attempt = isOpen ? before : begin(event.path, Date.parse(event.time));
    Object.assign(attempt, endOf(event, attempt));
  }

  return {
    add(event) {
      asked.add(event, (path) => last(path)?.waits);
      if (event.type === "run.resumed") for (const all of attempts.values()) interrupt(all);
      else if (event.type === "node.started") started(event);
      else if (event.type === "step.completed") last(event.path)?.steps.push(stepOf(event));
      else if (isNodeEnd(event)) ended(event);
    },
    of: (path) => attempts.get(path) ?? [],
    waitsOf: asked.of,
  };
}

function begun(attempt: number, start: number): ReportAttempt {
  return { attempt, status: "running", decision: "executed", start, end: null, durationMs: null, artifacts: [], waits: [], steps: [] };
}

/** Nobody works on them any more. */
export function interrupt(attempts: readonly ReportAttempt[]): void {
  for (const attempt of attempts) if (attempt.status === "running") attempt.status = "interrupted";
}

export function isNodeEnd(event: RecordedEvent): event is RecordedEvent & NodeEnd {
  return event.type === "node.completed" || event.type === "node.failed" || event.type === "node.cancelled" || event.type === "node.parked";
}

function stepOf({ name, time, durationMs, usage }: EventOf<"step.completed">): ReportAttempt["steps"][number] {
  return { name, end: Date.parse(time), durationMs, ...(usage ? { usage } : {}) };
}

function endOf(event: NodeEnd, before: ReportAttempt): Partial<ReportAttempt> {
  const usage = sumOf(before.usage, event.usage);
  return {
    ...howItEnded(event),
    end: event.type === "node.parked" ? null : Date.parse(event.time),
    durationMs: (before.durationMs ?? 0) + event.durationMs,
    ...(usage ? { usage } : {}),
    artifacts: together(before.artifacts, withoutData(event.artifacts)),
    ...(event.type === "node.cancelled" ? {} : { ...typeOf(event, before), ...madeOf(event) }),
  };
}

function howItEnded(event: NodeEnd): Partial<ReportAttempt> {
  switch (event.type) {
    case "node.completed":
      return { status: "completed", decision: event.decision, ...(event.origin ? { origin: event.origin } : {}) };
    case "node.failed":
      return { status: "failed", error: event.error, ...(event.origin ? { decision: "reused", origin: event.origin } : {}) };
    case "node.cancelled":
      return { status: "cancelled", ...(event.error ? { error: event.error } : {}) };
    default:
      return { status: "waiting" };
  }
}

/** What is reused was not started here: only its fingerprint says its type. */
function typeOf({ fingerprint }: Exclude<NodeEnd, EventOf<"node.cancelled">>, { nodeType }: ReportAttempt): Partial<ReportAttempt> {
  return nodeType === undefined && fingerprint ? { nodeType: fingerprint.code.type } : {};
}

function madeOf({ fingerprint, reads, decidedBy, outcome }: Exclude<NodeEnd, EventOf<"node.cancelled">>): Partial<ReportAttempt> {
  return {
    ...(fingerprint ? { fingerprint } : {}),
    ...(reads ? { reads } : {}),
    ...(decidedBy ? { decidedBy } : {}),
    ...(outcome ? { outcome } : {}),
  };
}

function sumOf(before: Usage | undefined, more: Usage | undefined): Usage | undefined {
  return before && more ? addUsage(before, more) : (more ?? before);
}

/** Those of the part before the wait that the part after it has not kept anew. */
function together(before: readonly ArtifactEntry[], now: readonly ArtifactEntry[]): ArtifactEntry[] {
  const names = new Set(now.map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...now];
}

const ANSWERS = { "input.answered": "answered", "input.expired": "expired", "input.cancelled": "cancelled" } as const;

function foldWaits() {
  const open = new Map<InputId, ReportWait>();
  const ofOthers = new Map<NodePath, ReportWait[]>();

  function asked({ path, request, time }: EventOf<"input.requested">, waits: ReportWait[] | undefined): void {
    if (open.has(request.id)) return;
    const wait: ReportWait = { request: request.id, start: Date.parse(time), end: null };
    open.set(request.id, wait);
    const all = waits ?? ofOthers.get(path) ?? [];
    all.push(wait);
    if (!waits) ofOthers.set(path, all);
  }

  return {
    add(event: RecordedEvent, waitsOf: (path: NodePath) => ReportWait[] | undefined): void {
      if (event.type === "input.requested") asked(event, waitsOf(event.path));
      // One that goes on to wait may still be answered.
      else if (event.type === "input.expired" && event.onTimeout === "wait") return;
      else if (event.type === "input.answered" || event.type === "input.expired" || event.type === "input.cancelled") {
        Object.assign(open.get(event.request) ?? {}, { end: Date.parse(event.time), answer: ANSWERS[event.type] });
        open.delete(event.request);
      }
    },
    of: (path: NodePath): readonly ReportWait[] => ofOthers.get(path) ?? [],
  };
}
