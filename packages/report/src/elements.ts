import { type ErrorEnvelope, type EventOf, type NodePath, type NodeStatus, type RecordedEvent, type ReportElement, type Usage } from "@dad/protocol";
import { foldAttempts, interrupt, isNodeEnd } from "./attempts.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** The elements of a run in the order in which they began, with the times of the journal. */
export function elementsOf({ events, details, live, spent }: RecordedRun): ReportElement[] {
  const fold = foldElements();
  for (const event of events) fold.add(event);
  const handled = new Map(details.nodes.map((node) => [node.path, node.handled]));
  return fold.all({ live }).map((element) => {
    const { usage } = spent.at(element.path);
    const by = handled.get(element.path);
    return { ...element, ...(by ? { handled: by } : {}), ...(isUsed(usage) ? { usage } : {}) };
  });
}

function isUsed(usage: Usage): boolean {
  return (usage.calls ?? 0) > 0 || usage.inputTokens > 0 || usage.outputTokens > 0 || usage.costUsd !== 0 || usage.recorded !== undefined;
}

interface ComponentEnd {
  readonly path: NodePath;
  readonly time: string;
  readonly durationMs: number;
}

type Elements = Map<NodePath, ReportElement>;

function foldElements() {
  const elements: Elements = new Map();
  const attempts = foldAttempts();
  const components = foldComponents(elements);

  function whole(element: ReportElement, { live }: Pick<RecordedRun, "live">): ReportElement {
    const waits = attempts.waitsOf(element.path);
    const found = element.kind === "node" ? asItsAttempts(element, [...attempts.of(element.path)], { live }) : element;
    const status = found.status === "running" && !live ? "interrupted" : found.status;
    return { ...found, status, ...(waits.length > 0 ? { waits: [...waits] } : {}) };
  }

  return {
    add(event: RecordedEvent): void {
      attempts.add(event);
      components.add(event);
      if (event.type !== "node.started" && !isNodeEnd(event)) return;
      if (!elements.has(event.path)) elements.set(event.path, begun(event.path, "node", event.time));
    },
    all: (run: Pick<RecordedRun, "live">): ReportElement[] => Array.from(elements.values(), (element) => whole(element, run)),
  };
}

function foldComponents(elements: Elements) {
  /** Of a run that is resumed, those that had ended and are walked through once more. */
  const again = new Set<NodePath>();

  function started({ path, kind, time }: EventOf<"component.started">): void {
    const before = elements.get(path);
    if (!before) elements.set(path, begun(path, kind, time));
    else if (before.end === null) before.status = "running";
    else again.add(path);
  }

  function ended({ path, time, durationMs }: ComponentEnd, how: { readonly status: NodeStatus; readonly error?: ErrorEnvelope }): void {
    const element = elements.get(path);
    // Nothing in it was executed: how it had ended stands.
    if (!element || again.delete(path)) return;
    const end = how.status === "waiting" ? null : Date.parse(time);
    Object.assign(element, { end, durationMs: (element.durationMs ?? 0) + durationMs, ...how });
  }

  /** What is around it goes on in earnest. */
  function executed(path: NodePath): void {
    if (again.size === 0) return;
    for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) {
      const around = path.slice(0, end) as NodePath;
      if (!again.delete(around)) continue;
      Object.assign(elements.get(around) ?? {}, { status: "running", end: null, error: undefined });
    }
  }

  return {
    add(event: RecordedEvent): void {
      if (event.type === "component.started") started(event);
      else if (event.type === "component.completed") ended(event, { status: "completed" });
      else if (event.type === "component.failed") ended(event, { status: "failed", error: event.error });
      else if (event.type === "component.cancelled") ended(event, { status: "cancelled" });
      else if (event.type === "component.parked") ended(event, { status: "waiting" });
      else if (event.type === "component.skipped") elements.set(event.path, skipped(event.path));
      else if (event.type === "node.started") executed(event.path);
    },
  };
}

function begun(path: NodePath, kind: string, time: string): ReportElement {
  return { path, kind, status: "running", start: Date.parse(time), end: null, durationMs: null };
}

function skipped(path: NodePath): ReportElement {
  return { path, kind: "branch", status: "skipped", start: null, end: null, durationMs: null };
}

/** A node is as its last attempt is, and began with the first one. */
function asItsAttempts(element: ReportElement, attempts: NonNullable<ReportElement["attempts"]>, { live }: Pick<RecordedRun, "live">): ReportElement {
  if (!live) interrupt(attempts);
  const last = attempts.at(-1);
  if (!last) return element;
  const { status, end, durationMs, error } = last;
  return { ...element, status, end, durationMs, ...(error ? { error } : {}), attempts };
}
