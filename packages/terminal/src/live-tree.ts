import { isKnownEvent, type RunEvent } from "@dad/protocol";
import { heldText } from "./held-text.ts";
import { liveRegion } from "./live-region.ts";
import { ownedStream } from "./owned-stream.ts";
import type { Progress } from "./progress.ts";
import { type LineLook, progressLine } from "./progress-line.ts";
import { type RunTree, runTree } from "./run-tree.ts";
import { treeLines } from "./tree-lines.ts";
import { usualAnswer } from "./waiting-line.ts";

const REDRAW_MS = 100;
/** What is said above the tree, for good: it is no element, or nobody should miss it. */
const ASIDES: ReadonlySet<string> = new Set([
  "isolation.opened",
  "outcome.failed",
  "node.intercepted",
  "input.answered",
  "input.rejected",
  "input.expired",
  "budget.warned",
  "budget.exhausted",
  "handler.failed",
  "journal.recovered",
]);

export interface ProgressLook extends LineLook {
  /** How the run stands. Default: nothing is known of it. */
  readonly before?: RunTree | undefined;
}

/**
 * A tree of the run's elements at the end of the terminal, redrawn as they change and gone when it is disposed. However many
 * events come, it is drawn ten times a second. What others write to the stream while it is there comes above it.
 */
export function liveTree(stream: NodeJS.WriteStream, { paint, answer = usualAnswer, before: tree = runTree() }: ProgressLook): Progress {
  const own = ownedStream(stream);
  // Some terminals do not say how large they are.
  const size = () => ({ columns: stream.columns || 80, rows: stream.rows || 24 });
  const region = liveRegion({ write: (text) => own.write(text), columns: () => size().columns });
  const said = heldText((text) => region.print(text));
  let others: Disposable | undefined;

  function draw(): void {
    if (said.isHeld()) return;
    const lines = treeLines(tree, { ...size(), now: performance.now(), paint, answer });
    if (lines.length > 0) others ??= own.divert((text) => said.write(text));
    region.show(lines);
  }

  function leave(): void {
    region.clear();
    others?.[Symbol.dispose]();
    others = undefined;
  }

  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    onEvent(event) {
      tree.add(event);
      const line = isKnownEvent(event) && isAside(event) ? progressLine(event, { paint, answer }) : undefined;
      if (line !== undefined) said.write(`${line}\n`);
    },
    log: (text) => said.write(text),
    pause() {
      leave();
      return said.hold();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      leave();
    },
  };
}

function isAside(event: RunEvent): boolean {
  return ASIDES.has(event.type) || (event.type === "custom.emitted" && event.by !== undefined);
}
