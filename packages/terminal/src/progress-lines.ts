import { type EventOf, isKnownEvent, type RunEvent } from "@dad/protocol";
import { durationText } from "./duration.ts";
import { errorLine } from "./error-text.ts";
import { heldText } from "./held-text.ts";
import { isolationLine } from "./isolation-line.ts";
import type { Paint } from "./paint.ts";
import type { Progress } from "./progress.ts";
import { visible } from "./visible.ts";

/** A line for each thing that happens. */
export function progressLines(stream: NodeJS.WriteStream, paint: Paint): Progress {
  const out = heldText((text) => void stream.write(text));
  return {
    onEvent(event) {
      const line = isKnownEvent(event) ? progressLine(event, paint) : undefined;
      if (line !== undefined) out.write(`${line}\n`);
    },
    log: (text) => out.write(text),
    pause: () => out.hold(),
    [Symbol.dispose]() {},
  };
}

/** `node coder.fix.plan completed 1.2s`. Nothing for what is not worth a line. */
export function progressLine(event: RunEvent, paint: Paint): string | undefined {
  switch (event.type) {
    case "run.started":
      return `run ${event.runId} started`;
    case "run.resumed":
      return `run ${event.runId} resumed`;
    case "isolation.opened":
      return isolationLine(visible(event), paint);
    case "node.started":
      return `node ${event.path} started`;
    case "node.completed":
      return `node ${event.path} ${paint("green", DECISIONS[event.decision])} ${durationText(event.durationMs)}`;
    case "node.failed":
      return `node ${event.path} ${paint("red", "failed")} ${durationText(event.durationMs)}: ${errorLine(visible(event.error))}`;
    case "node.cancelled":
      return `node ${event.path} ${paint("yellow", "cancelled")} ${durationText(event.durationMs)}`;
    case "attempt.retried":
      return `node ${event.path} is tried again in ${durationText(event.delayMs)}`;
    case "failure.handled":
      return `${event.by === "catch" ? "" : "node "}${event.path} ${HANDLED[event.by]}: ${whyHandled(event)}`;
    case "outcome.failed":
      return event.path === undefined
        ? undefined
        : `node ${event.path} left files that are ${paint("yellow", "not committed")}: ${errorLine(visible(event.error))}`;
    default:
      return undefined;
  }
}

/** The error of a node begins with which node it is, and here the line has said so. */
function whyHandled({ path, error }: EventOf<"failure.handled">): string {
  return errorLine(visible(error)).replace(`NODE_FAILED: node ${path} failed: `, "");
}

const HANDLED = { continue: "was allowed to fail", fallback: "gives its fallback", catch: "caught a failure" } as const;

const DECISIONS = { executed: "completed", reused: "reused", assumed: "assumed to be completed" } as const;
