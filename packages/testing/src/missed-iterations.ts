import { EVERY_ITERATION, iterationOf } from "@dad/agent";
import type { RecordedEvent } from "@dad/protocol";
import { covers } from "./replaced-nodes.ts";

const LOOPS: ReadonlySet<string> = new Set(["for_each", "map", "while"]);

/** A component or a block that the run came to. */
interface Reached {
  readonly steps: readonly string[];
  readonly isLoop: boolean;
  readonly isCompleted: boolean;
}

/**
 * What is wrong with each path that is for an iteration that never was, though all loops that could have had it completed: it
 * would be given in vain, and silently.
 */
export function missedIterations(paths: readonly string[], events: readonly RecordedEvent[]): readonly string[] {
  if (!paths.some((path) => path.split(".").some(isOneIteration))) return [];
  const reached = reachedIn(events);
  return paths.flatMap((path) => {
    const missed = missedIn(path.split("."), reached);
    return missed === undefined ? [] : [`{ ${JSON.stringify(path)} } is for an iteration that never was: ${missed}`];
  });
}

function reachedIn(events: readonly RecordedEvent[]): readonly Reached[] {
  const reached = new Map<string, Reached>();
  for (const event of events) {
    if (event.type === "component.started")
      reached.set(event.path, { steps: event.path.split("."), isLoop: LOOPS.has(event.kind), isCompleted: false });
    const known = event.type === "component.completed" ? reached.get(event.path) : undefined;
    if (known) reached.set(known.steps.join("."), { ...known, isCompleted: true });
  }
  return [...reached.values()];
}

/** Which iterations the loop had of which the path names another one. */
function missedIn(steps: readonly string[], reached: readonly Reached[]): string | undefined {
  for (const [at, step] of steps.entries()) {
    const before = steps.slice(0, at);
    const loops = reached.filter(({ steps: own, isLoop }) => isLoop && covers(before, own));
    if (loops.length === 0) continue;
    // There could have been more of them.
    if (loops.some(({ isCompleted }) => !isCompleted)) return undefined;
    const iterations = reached.filter(({ steps: own }) => covers([...before, EVERY_ITERATION], own));
    if (isOneIteration(step) && !iterations.some(({ steps: own }) => own.at(-1) === step)) return `${before.join(".")} had ${rangeOf(iterations)}`;
  }
  return undefined;
}

function isOneIteration(step: string): boolean {
  return iterationOf(step) !== undefined;
}

function rangeOf(iterations: readonly Reached[]): string {
  const indexes = iterations.map(({ steps }) => iterationOf(steps.at(-1) ?? "") ?? 0);
  if (indexes.length === 0) return "none";
  const [first, last] = [Math.min(...indexes), Math.max(...indexes)];
  return first === last ? `only iter_${first}` : `iter_${first} to iter_${last}`;
}
