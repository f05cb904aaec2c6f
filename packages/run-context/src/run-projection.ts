import {
  type ArtifactEntry,
  addUsage,
  type BudgetLimits,
  canonicalJson,
  type ComponentSummary,
  type ErrorEnvelope,
  type EventOf,
  type IsolationRecord,
  NO_USAGE,
  type NodeOrigin,
  type NodePath,
  type NodeStatus,
  type OutcomeRef,
  type RecordedEvent,
  type RunDetails,
  type RunStatus,
  type Traceparent,
  type Usage,
} from "@dad/protocol";
import { foldRequests } from "./request-history.ts";
import { levelsOf } from "./run-budget.ts";
import { foldSpending } from "./spending-history.ts";
import { traceparentOf } from "./telemetry/traceparent-of.ts";

type SpendingFold = ReturnType<typeof foldSpending>;
type RequestsFold = ReturnType<typeof foldRequests>;
type NodeDetails = RunDetails["nodes"][number];

/** A run as its journal tells it, up to some event. */
export interface RunProjection {
  readonly started: EventOf<"run.started"> | undefined;
  /** How it ended; parked, it goes on when somebody has answered. */
  readonly ended: (EventOf<"run.completed"> | EventOf<"run.failed"> | EventOf<"run.cancelled"> | EventOf<"run.parked">) | undefined;
  /** The most that it may use. */
  readonly budget?: BudgetLimits | undefined;
  /** What it used. Is changed. */
  readonly spent: SpendingFold;
  /** What is reused was paid for by the run that made it. */
  readonly saved: Usage | undefined;
  readonly outcome: OutcomeRef | null;
  /** Where that starts. */
  readonly start?: OutcomeRef;
  /** Of a run without an outcome: where it works. */
  readonly workspace?: string;
  /** Its last span, where somebody traced it. */
  readonly traceparent?: Traceparent | undefined;
  /** In the order in which they were first started. */
  readonly nodes: Map<NodePath, NodeDetails>;
  /** Likewise. */
  readonly components: Map<NodePath, ComponentSummary>;
  /** Without repetitions. */
  readonly spaces: readonly IsolationRecord[];
  /** The nodes that failed, and of which nothing is recorded that was done about it. */
  readonly unhandled: Set<NodePath>;
  /** What was asked, and what became of it. Is changed. */
  readonly requests: RequestsFold;
}

export function emptyProjection(): RunProjection {
  return {
    started: undefined,
    ended: undefined,
    spent: foldSpending(),
    saved: undefined,
    outcome: null,
    nodes: new Map(),
    components: new Map(),
    spaces: [],
    unhandled: new Set(),
    requests: foldRequests(),
  };
}

/** The projection after one more event. The map of nodes is passed on, so that a run of n events costs O(n). */
export function project(run: RunProjection, event: RecordedEvent): RunProjection {
  run.requests.add(event);
  run.spent.add(event);
  switch (event.type) {
    case "run.started":
      return { ...run, started: event, budget: event.budget };
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
    case "run.parked":
      return { ...run, ended: event };
    case "run.resumed":
      return resumed(run, event);
    case "isolation.opened":
      return withSpace(run, event.isolation);
    case "outcome.opened":
      return { ...run, start: event.outcome };
    case "workspace.opened":
      return { ...run, workspace: event.directory };
    case "trace.updated":
      return { ...run, traceparent: traceparentOf(event) };
    case "outcome.committed":
      return event.path === undefined ? { ...run, outcome: event.outcome } : run;
    default:
      return projectElement(run, event);
  }
}

function withSpace(run: RunProjection, space: IsolationRecord): RunProjection {
  const text = canonicalJson(space);
  return run.spaces.some((known) => canonicalJson(known) === text) ? run : { ...run, spaces: [...run.spaces, space] };
}

/** What is known of the elements of a run. */
function projectElement(run: RunProjection, event: RecordedEvent): RunProjection {
  switch (event.type) {
    case "component.started":
      run.components.set(event.path, { path: event.path, kind: event.kind, status: "running", durationMs: null });
      return run;
    case "component.completed":
      return endComponent(run, event, { status: "completed" });
    case "component.failed":
      return endComponent(run, event, { status: "failed", error: event.error });
    case "component.cancelled":
      return endComponent(run, event, { status: "cancelled" });
    case "component.parked":
      return endComponent(run, event, { status: "waiting" });
    case "component.skipped":
      return endComponent(run, { path: event.path, durationMs: 0 }, { status: "skipped" });
    case "node.started":
      run.unhandled.delete(event.path);
      run.nodes.set(event.path, {
        path: event.path,
        status: "running",
        decision: "executed",
        attempt: event.attempt,
        durationMs: null,
        artifacts: [],
      });
      return run;
    case "failure.handled":
      return handled(run, event);
    case "node.completed":
      return endNode(run, event, { status: "completed", decision: event.decision, ...(event.origin ? { origin: event.origin } : {}) });
    case "node.failed":
      return endNode(run, event, { status: "failed", error: event.error, ...(event.origin ? { decision: "reused", origin: event.origin } : {}) });
    case "node.parked":
      return endNode(run, event, { status: "waiting" });
    case "node.cancelled":
      return endNode(run, event, { status: "cancelled", ...(event.error ? { error: event.error } : {}) });
    default:
      return run;
  }
}

/** The run goes on. What was being worked on when it stopped is not. */
function resumed(run: RunProjection, { budget = run.budget }: EventOf<"run.resumed">): RunProjection {
  for (const [path, node] of run.nodes) if (node.status === "running") run.nodes.set(path, { ...node, status: "interrupted" });
  return { ...run, ended: undefined, budget };
}

interface ComponentEnd {
  readonly path: NodePath;
  readonly durationMs: number;
}

interface ComponentEndState {
  readonly status: NodeStatus;
  readonly error?: ErrorEnvelope;
}

function endComponent(run: RunProjection, { path, durationMs }: ComponentEnd, state: ComponentEndState): RunProjection {
  const { kind } = run.components.get(path) ?? { kind: "unknown" };
  run.components.set(path, { path, kind, durationMs, ...state });
  return run;
}

/** What a `try` caught was the failure of what is in its body. */
function handled(run: RunProjection, { path, by }: EventOf<"failure.handled">): RunProjection {
  const meant = by === "catch" ? [...run.unhandled].filter((at) => at.startsWith(`${path}.try.`)) : [path];
  for (const at of meant) {
    const node = run.nodes.get(at);
    if (node && run.unhandled.delete(at)) run.nodes.set(at, { ...node, handled: by });
  }
  return run;
}

interface NodeEnd {
  readonly path: NodePath;
  readonly attempt: number;
  readonly durationMs: number;
  readonly artifacts: readonly ArtifactEntry[];
  readonly usage?: Usage | undefined;
}

interface NodeEndState {
  readonly status: NodeStatus;
  readonly decision?: NodeDetails["decision"];
  readonly origin?: NodeOrigin;
  readonly error?: ErrorEnvelope;
}

function endNode(run: RunProjection, { path, attempt, durationMs, artifacts, usage }: NodeEnd, state: NodeEndState): RunProjection {
  run.nodes.set(path, { path, decision: "executed", attempt, durationMs, artifacts: [...artifacts], ...state });
  if (state.status === "failed") run.unhandled.add(path);
  return usage && state.decision === "reused" ? { ...run, saved: addUsage(run.saved ?? NO_USAGE, usage) } : run;
}

export interface RunPlace {
  readonly runDir: string;
  /** Whether somebody works on the run at this moment. */
  readonly live: boolean;
}

/** The public form of a projection. @throws TypeError for a run that has not started. */
export function detailsOf(run: RunProjection, { runDir, live }: RunPlace): RunDetails {
  const { started, ended } = run;
  if (!started) throw new TypeError("the journal of a run begins with run.started");
  const status = statusOf(run, live);
  const error = ended && ended.type !== "run.completed" && ended.type !== "run.parked" ? ended.error : undefined;
  const open = [...run.requests.requests.values()].filter(({ state }) => state === "open").map(({ request }) => request);
  return {
    runId: started.runId,
    executionId: started.executionId,
    rootComponentId: started.rootComponentId,
    status,
    startedAt: started.time,
    endedAt: isOver(ended) ? ended.time : null,
    runDir,
    outcome: run.outcome,
    ...(run.start?.source ? { start: run.start } : {}),
    ...(run.workspace === undefined ? {} : { workspace: run.workspace }),
    usage: run.spent.run.usage,
    nodes: settledAs(status, run.nodes.values()),
    components: settledAs(status, run.components.values()),
    ...(started.rerun ? { rerun: started.rerun } : {}),
    ...(run.saved ? { saved: run.saved } : {}),
    ...(started.source ? { source: started.source } : {}),
    ...(run.traceparent === undefined ? {} : { traceparent: run.traceparent }),
    ...(run.spaces.length > 0 ? { spaces: [...run.spaces] } : {}),
    ...(run.budget && Object.keys(run.budget).length > 0 ? { budget: [...levelsOf(run.budget, run.spent.run)] } : {}),
    // A run that is over needs no answer.
    ...(open.length > 0 && !isOver(ended) ? { requests: open } : {}),
    ...(error ? { error } : {}),
  };
}

/** What nobody works on any more goes on no more. */
function settledAs<Item extends { readonly status: NodeStatus }>(status: RunStatus, items: Iterable<Item>): Item[] {
  return Array.from(items, (item) => (item.status === "running" && status !== "running" ? { ...item, status: "interrupted" } : item));
}

function isOver(ended: RunProjection["ended"]): ended is Exclude<RunProjection["ended"], EventOf<"run.parked"> | undefined> {
  return ended !== undefined && ended.type !== "run.parked";
}

function statusOf({ ended }: RunProjection, live: boolean): RunStatus {
  if (ended?.type === "run.parked") return "waiting";
  if (!ended) return live ? "running" : "interrupted";
  if (ended.type === "run.completed") return "completed";
  return ended.type === "run.failed" ? "failed" : "cancelled";
}
