import { liveTree } from "./live-tree.ts";
import { paintFor } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { progressLines } from "./progress-lines.ts";

export interface ProgressOptions {
  /** The kind of terminal, as `TERM` says it. One that is `dumb` cannot redraw. */
  readonly term?: string | undefined;
}

/** A live tree on a terminal, else a line for each thing that happens. */
export function progressOn(stream: NodeJS.WriteStream, { term }: ProgressOptions = {}): Progress {
  return stream.isTTY && term !== "dumb" ? liveTree(stream, paintFor(stream)) : progressLines(stream, paintFor(stream));
}
