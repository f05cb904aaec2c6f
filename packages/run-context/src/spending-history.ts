import { addUsage, NO_USAGE, type NodePath, type RecordedEvent, type Usage } from "@dad/protocol";
import { foldWorkTime, pathsAround } from "./work-time-history.ts";

/** What a run, or something in it, used. */
export interface Spent {
  /** Of all attempts, also of those that failed or that nobody saw end: of these, what their steps used. */
  readonly usage: Usage;
  /** How long was worked on it, in milliseconds. */
  readonly timeMs: number;
}

/** What was used so far. What is reused was paid for by the run that executed it. */
export interface SpendingHistory {
  readonly run: Spent;
  /** Of a node, or of all that is in a component or a block. */
  at(path: NodePath): Spent;
}

/** Folds what was used, and in which time. */
export function foldSpending(): SpendingHistory & { add(event: RecordedEvent): void } {
  const time = foldWorkTime();
  const usage = foldUsage();
  return {
    add(event) {
      time.add(event);
      usage.add(event);
    },
    get run() {
      return { usage: usage.all(), timeMs: time.runMs() };
    },
    at: (path) => ({ usage: usage.at(path), timeMs: time.atMs(path) }),
  };
}

function foldUsage() {
  const usages = new Map<NodePath, Usage>();
  let total: Usage = NO_USAGE;
  /** Of attempts that have not ended: what their steps used. */
  const open = new Map<NodePath, Usage>();

  function spend(path: NodePath, usage: Usage | undefined): void {
    open.delete(path);
    if (usage === undefined) return;
    total = addUsage(total, usage);
    for (const at of pathsAround(path)) usages.set(at, addUsage(usages.get(at) ?? NO_USAGE, usage));
  }

  return {
    add(event: RecordedEvent): void {
      switch (event.type) {
        case "run.resumed":
          return open.forEach((usage, path) => spend(path, usage));
        case "node.started":
          // Nobody will say any more what the attempt before it used in all.
          return spend(event.path, open.get(event.path));
        case "step.completed":
          return void (event.usage && open.set(event.path, addUsage(open.get(event.path) ?? NO_USAGE, event.usage)));
        case "node.cancelled":
        case "node.parked":
          // What its steps used is a part of it.
          return spend(event.path, event.usage);
        case "node.completed":
        case "node.failed":
          return spend(event.path, event.origin ? undefined : event.usage);
        default:
          return undefined;
      }
    },
    all: () => [...open.values()].reduce(addUsage, total),
    at(path: NodePath): Usage {
      const below = [...open].filter(([at]) => `${at}.`.startsWith(`${path}.`)).map(([, usage]) => usage);
      return below.reduce(addUsage, usages.get(path) ?? NO_USAGE);
    },
  };
}
