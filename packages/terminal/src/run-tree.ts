import { addUsage, type EventOf, isKnownEvent, NO_USAGE, type RunEvent, type UnknownEvent, type Usage } from "@dad/protocol";
import { troubleText } from "./trouble-text.ts";
import { openRequests, type OpenRequests } from "./open-requests.ts";
import { withStreamed } from "./stream-tail.ts";
import { elementTree, type TreeItem } from "./element-tree.ts";

/**
 * What goes on in a run. What is in a component that completed is left out, and of much that is over within one component all but
 * the last is only counted: however long a run goes on, its tree is about as large as what goes on at this moment.
 */
export interface RunTree {
  /** `at`: when it happened, by the monotonic clock. Default: as long ago as its time says. */
  add(event: RunEvent | UnknownEvent, at?: number): void;
  /** Each element below what it is in, in the order in which they started. */
  items(): readonly TreeItem[];
  readonly requests: OpenRequests;
  /** What is known of the run as a whole, once it is known that there is one. */
  total(): RunTotal | undefined;
}

export interface RunTotal {
  readonly runId: string;
  /** When it was started or resumed, by the monotonic clock. */
  readonly since: number;
  /** What was used since then. */
  readonly usage: Usage;
  /** It was begun before: what was used then is not known here. */
  readonly isResumed: boolean;
}

export function runTree(): RunTree {
  const tree = elementTree();
  const requests = openRequests();
  let total: RunTotal | undefined;

  function addRun(event: RunEvent, since: number): void {
    if (event.type === "run.started") total = { runId: event.runId, since, usage: NO_USAGE, isResumed: false };
    if (event.type === "run.resumed") {
      // Whoever saw its beginning knows what was used.
      total = total ? { ...total, since } : { runId: event.runId, since, usage: NO_USAGE, isResumed: true };
      tree.interrupt();
    }
  }

  function addUsed(usage: Usage | undefined): void {
    if (usage && total) total = { ...total, usage: addUsage(total.usage, usage) };
  }

  return {
    add(event, now = happenedAt(event)) {
      if (!isKnownEvent(event)) return;
      addRun(event, now);
      requests.add(event);
      const change = changeOf(event, now);
      if (change) tree.put(change);
      if (event.type === "output.streamed") tree.alter(event.path, ({ streams }) => ({ streams: withStreamed(streams, event) }));
      // A reply that broke off begins anew. Until it comes, somebody wants to know what is waited for.
      if (event.type === "model.retried" || event.type === "model.replaced")
        tree.alter(event.path, () => ({ streams: { channel: "trouble", text: `${troubleText(event)}: ${event.error.code}` } }));
      if (event.type === "attempt.retried")
        tree.alter(event.path, () => ({ status: "waiting", since: now, durationMs: undefined, retryAt: now + event.delayMs }));
      if (event.type === "failure.handled") tree.alter(event.path, () => ({ isHandled: true }));
      if (event.type === "component.completed") tree.fold(event.path);
      addUsed(paidFor(event));
    },
    items: () => tree.items(),
    requests,
    total: () => total,
  };
}

/** A clock that was set back tells nothing. */
function happenedAt({ type, time }: RunEvent | UnknownEvent): number {
  const age = type === "output.streamed" ? 0 : Date.now() - Date.parse(time);
  return performance.now() - (age > 0 ? age : 0);
}

/** How an element stands after an event about it. */
type Change = Pick<TreeItem, "path" | "status" | "since" | "durationMs" | "attempt" | "decision" | "usage">;

function changeOf(event: RunEvent, since: number): Change | undefined {
  switch (event.type) {
    case "component.started":
      return { path: event.path, status: "running", since };
    case "node.started":
      return { path: event.path, status: "running", since, attempt: event.attempt };
    case "component.skipped":
      return { path: event.path, status: "skipped", since };
    case "component.completed":
    case "component.failed":
    case "component.cancelled":
    case "component.parked":
      return { path: event.path, status: STATUS_AFTER[event.type], since, durationMs: event.durationMs };
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
    case "node.parked":
      return nodeEnd(event, since);
    default:
      return undefined;
  }
}

const STATUS_AFTER = {
  "component.completed": "completed",
  "component.failed": "failed",
  "component.cancelled": "cancelled",
  "component.parked": "waiting",
  "node.completed": "completed",
  "node.failed": "failed",
  "node.cancelled": "cancelled",
  "node.parked": "waiting",
} as const;

type NodeEnd = EventOf<"node.completed" | "node.failed" | "node.cancelled" | "node.parked">;

function nodeEnd(event: NodeEnd, since: number): Change {
  const { type, path, durationMs, attempt, usage } = event;
  return { path, status: STATUS_AFTER[type], since, durationMs, attempt, usage, decision: decisionOf(event) };
}

function decisionOf(event: NodeEnd): TreeItem["decision"] {
  if (event.type === "node.completed") return event.decision;
  return event.type === "node.failed" && event.origin ? "reused" : "executed";
}

/** What this run paid for: what is reused, the run that executed it did. */
function paidFor(event: RunEvent): Usage | undefined {
  switch (event.type) {
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
    case "node.parked":
      return decisionOf(event) === "reused" ? undefined : event.usage;
    default:
      return undefined;
  }
}
