import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { isKnownEvent, type NodeStatus, type RunEvent } from "@dad/protocol";
import { durationText } from "./duration.ts";
import { statusMark } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import type { Progress } from "./progress.ts";

const REDRAW_MS = 100;

/** An element of the run as the tree shows it. */
interface Branch {
  readonly path: string;
  readonly status: NodeStatus;
  /** While it runs: since when, by the monotonic clock. */
  readonly since: number;
  readonly durationMs?: number;
}

/** A tree of the run's elements at the end of the terminal, redrawn as they change and gone when it is disposed. */
export function liveTree(stream: NodeJS.WriteStream, paint: Paint): Progress {
  const branches = new Map<string, Branch>();
  let drawn = 0;

  function erase(): void {
    if (drawn === 0) return;
    cursorTo(stream, 0);
    moveCursor(stream, 0, -drawn);
    clearScreenDown(stream);
    drawn = 0;
  }

  function draw(): void {
    erase();
    // A tree that is higher than the terminal could not be erased again.
    const lines = treeLines([...branches.values()], { now: performance.now(), columns: stream.columns, paint }).slice(
      -(Math.max(2, stream.rows) - 1),
    );
    stream.write(lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  }

  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    onEvent(event) {
      const branch = isKnownEvent(event) ? branchOf(event) : undefined;
      if (branch) branches.set(branch.path, branch);
    },
    log(text) {
      erase();
      stream.write(text);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      erase();
    },
  };
}

function branchOf(event: RunEvent): Branch | undefined {
  const since = performance.now();
  switch (event.type) {
    case "component.started":
    case "node.started":
      return { path: event.path, status: "running", since };
    case "component.completed":
    case "component.failed":
    case "component.cancelled":
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      return { path: event.path, status: endOf(event.type), since, durationMs: event.durationMs };
    default:
      return undefined;
  }
}

function endOf(type: `${string}.${"completed" | "failed" | "cancelled"}`): NodeStatus {
  return type.slice(type.indexOf(".") + 1) as NodeStatus;
}

export interface TreeLook {
  readonly now: number;
  readonly columns: number;
  readonly paint: Paint;
}

/** One line for each element, below the component that it is in, in the order in which they started. */
export function treeLines(branches: readonly Branch[], { now, columns, paint }: TreeLook): string[] {
  return branches.map(({ path, status, since, durationMs }) => {
    const steps = path.split(".");
    const indent = "  ".repeat(steps.length - 1);
    const time = durationText(durationMs ?? now - since);
    const room = Math.max(1, columns - indent.length - time.length - 5);
    const id = steps.at(-1) ?? path;
    const name = id.length > room ? `${id.slice(0, room - 1)}…` : id;
    return `${indent}${statusMark(status, paint)} ${name} ${paint("dim", time)}`;
  });
}
