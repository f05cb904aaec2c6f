import type { EventHandler } from "@dad/events";
import { isKnownEvent, type RunEvent } from "@dad/protocol";
import { costText, repliesText } from "./amounts.ts";
import { statusWord } from "./node-mark.ts";
import { type Paint, paintFor } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { type LineLook, progressLine } from "./progress-line.ts";
import type { AnswerCommand } from "./waiting-line.ts";

/** Tells on stderr how several runs go on at once. */
export interface ForkProgress extends Pick<Progress, "log" | typeof Symbol.dispose> {
  /** Tells the events of one of them; each line begins with its number. */
  of(child: number): EventHandler;
}

/** A line for each thing that happens in a run, also on a terminal: trees of several runs would not fit beside each other. */
export function forkProgress(stream: NodeJS.WriteStream, { answer }: { readonly answer?: AnswerCommand } = {}): ForkProgress {
  const paint = paintFor(stream);
  const look = { paint, answer };
  return {
    of: (child) => (event) => {
      const line = isKnownEvent(event) ? childLine(event, look) : undefined;
      if (line !== undefined) stream.write(`${paint("dim", `[${child}]`)} ${line}\n`);
    },
    log: (text) => void stream.write(text),
    [Symbol.dispose]() {},
  };
}

/** As for a single run. But what all share is told nowhere, and that a run is over is. */
function childLine(event: RunEvent, look: LineLook): string | undefined {
  switch (event.type) {
    case "node.completed":
      return event.decision === "reused" ? undefined : progressLine(event, look);
    case "run.completed":
      return endLine(event, "completed", look.paint);
    case "run.failed":
      return endLine(event, "failed", look.paint);
    case "run.cancelled":
      return endLine(event, "cancelled", look.paint);
    default:
      return progressLine(event, look);
  }
}

type RunEnd = Extract<RunEvent, { readonly type: "run.completed" | "run.failed" | "run.cancelled" }>;

function endLine({ runId, usage }: RunEnd, status: "completed" | "failed" | "cancelled", paint: Paint): string {
  const recorded = usage.recorded ? `, recorded: ${repliesText(usage.recorded)}` : "";
  return `run ${runId} ${statusWord(status, paint)}, cost ${costText(usage.costUsd)}${recorded}`;
}
