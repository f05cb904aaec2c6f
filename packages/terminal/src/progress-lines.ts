import { isKnownEvent } from "@dad/protocol";
import { heldText } from "./held-text.ts";
import type { Progress } from "./progress.ts";
import type { ProgressLook } from "./live-tree.ts";
import { type LineLook, progressLine } from "./progress-line.ts";
import type { RunTree } from "./run-tree.ts";
import { treeLines } from "./tree-lines.ts";
import { usualAnswer } from "./waiting-line.ts";

/** A line for each thing that happens. What streams is not told: it would be torn, and all of it is in the artifacts. */
export function progressLines(stream: NodeJS.WriteStream, { before, ...look }: ProgressLook): Progress {
  const out = heldText((text) => void stream.write(text));
  if (before) out.write(standing(before, look));
  return {
    onEvent(event) {
      const line = isKnownEvent(event) ? progressLine(event, look) : undefined;
      if (line !== undefined) out.write(`${line}\n`);
    },
    log: (text) => out.write(text),
    pause: () => out.hold(),
    [Symbol.dispose]() {},
  };
}

/** Nobody wants to read what is long past before what happens now. */
const STANDING = { columns: 160, rows: 25 } as const;

/** How a run stands, once. */
function standing(before: RunTree, { paint, answer = usualAnswer }: LineLook): string {
  const lines = treeLines(before, { ...STANDING, now: performance.now(), paint, answer });
  return lines.map((line) => `${line}\n`).join("");
}
