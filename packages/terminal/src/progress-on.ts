import { liveTree } from "./live-tree.ts";
import { paintFor } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { progressLines } from "./progress-lines.ts";
import type { RunTree } from "./run-tree.ts";
import type { AnswerCommand } from "./waiting-line.ts";

export interface ProgressOptions {
  /** The kind of terminal, as `TERM` says it. One that is `dumb` cannot redraw. */
  readonly term?: string | undefined;
  /** How somebody answers what the run asks. Default: `dad answer <run> <request>`. */
  readonly answer?: AnswerCommand | undefined;
  /** How the run stands, of one that went on before anybody looked. */
  readonly before?: RunTree | undefined;
}

/** A live tree on a terminal, else a line for each thing that happens. */
export function progressOn(stream: NodeJS.WriteStream, { term, answer, before }: ProgressOptions = {}): Progress {
  const look = { paint: paintFor(stream), answer, before };
  return stream.isTTY && term !== "dumb" ? liveTree(stream, look) : progressLines(stream, look);
}
