import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { isKnownEvent } from "@dad/protocol";
import { durationText } from "./duration.ts";
import { heldText } from "./held-text.ts";
import { statusMark } from "./node-mark.ts";
import type { Paint } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { progressLine } from "./progress-lines.ts";
import { runTree, type TreeItem } from "./run-tree.ts";

const REDRAW_MS = 100;
/** What is said above the tree, as it is no element. */
const ASIDES: ReadonlySet<string> = new Set(["isolation.opened", "outcome.failed"]);

/** A tree of the run's elements at the end of the terminal, redrawn as they change and gone when it is disposed. */
export function liveTree(stream: NodeJS.WriteStream, paint: Paint): Progress {
  const tree = runTree();
  let drawn = 0;

  function erase(): void {
    if (drawn === 0) return;
    cursorTo(stream, 0);
    moveCursor(stream, 0, -drawn);
    clearScreenDown(stream);
    drawn = 0;
  }

  const said = heldText((text) => {
    erase();
    stream.write(text);
  });

  function draw(): void {
    if (said.isHeld()) return;
    erase();
    // A tree that is higher than the terminal could not be erased again.
    const lines = treeLines(tree.items(), { now: performance.now(), columns: stream.columns, paint }).slice(-(Math.max(2, stream.rows) - 1));
    stream.write(lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  }

  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    onEvent(event) {
      tree.add(event, performance.now());
      const line = isKnownEvent(event) && ASIDES.has(event.type) ? progressLine(event, paint) : undefined;
      if (line !== undefined) said.write(`${line}\n`);
    },
    log: (text) => said.write(text),
    pause() {
      erase();
      return said.hold();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      erase();
    },
  };
}

export interface TreeLook {
  readonly now: number;
  readonly columns: number;
  readonly paint: Paint;
}

/** One line for each element, as deep as its path. */
export function treeLines(items: readonly TreeItem[], { now, columns, paint }: TreeLook): string[] {
  return items.map(({ path, status, since, durationMs, iterations }) => {
    const steps = path.split(".");
    const indent = "  ".repeat(steps.length - 1);
    const done = iterations === undefined ? "" : `${iterations.toLocaleString("en-US")} done `;
    const time = `${done}${durationText(durationMs ?? now - since)}`;
    const room = Math.max(1, columns - indent.length - time.length - 5);
    const id = steps.at(-1) ?? path;
    const name = id.length > room ? `${id.slice(0, room - 1)}…` : id;
    return `${indent}${statusMark(status, paint)} ${name} ${paint("dim", time)}`;
  });
}
