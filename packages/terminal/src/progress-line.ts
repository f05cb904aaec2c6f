import type { EventOf, RunEvent } from "@dad/protocol";
import { durationText } from "./duration.ts";
import { errorLine } from "./error-text.ts";
import { isolationLine } from "./isolation-line.ts";
import type { Paint } from "./paint.ts";
import { scopeText, spentText } from "./budget-text.ts";
import { oneLine } from "./stream-tail.ts";
import { troubleText } from "./trouble-text.ts";
import { visible } from "./visible.ts";
import { type AnswerCommand, waitingLine } from "./waiting-line.ts";

export interface LineLook {
  readonly paint: Paint;
  /** Default: `dad answer <run> <request>`. */
  readonly answer?: AnswerCommand | undefined;
}

/** `node coder.fix.plan completed 1.2s`. Nothing for what is not worth a line. */
export function progressLine(event: RunEvent, look: LineLook): string | undefined {
  const { paint } = look;
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
    case "node.intercepted":
      return `node ${event.path} ${interceptedText(event, paint)} by ${oneLine(event.by)}: ${oneLine(event.reason)}`;
    case "attempt.retried":
      return `node ${event.path} is tried again in ${durationText(event.delayMs)}`;
    case "model.retried":
    case "model.replaced":
      return `node ${event.path} ${paint("yellow", troubleText(event))}: ${errorLine(visible(event.error))}`;
    case "failure.handled":
      return `${event.by === "catch" ? "" : "node "}${event.path} ${HANDLED[event.by]}: ${whyHandled(event)}`;
    case "outcome.failed":
      return event.path === undefined
        ? undefined
        : `node ${event.path} left files that are ${paint("yellow", "not committed")}: ${errorLine(visible(event.error))}`;
    default:
      return waitingLine(event, look) ?? noticeLine(event, paint);
  }
}

/** The error of a node begins with which node it is, and here the line has said so. */
function whyHandled({ path, error }: EventOf<"failure.handled">): string {
  return errorLine(visible(error)).replace(`NODE_FAILED: node ${path} failed: `, "");
}

const HANDLED = { continue: "was allowed to fail", fallback: "gives its fallback", catch: "caught a failure" } as const;

const DECISIONS = { executed: "completed", reused: "reused", assumed: "assumed to be completed" } as const;

function interceptedText({ action, when }: EventOf<"node.intercepted">, paint: Paint): string {
  if (action === "vetoed") return `was ${paint("red", "vetoed")}${when === "after" ? " after it was executed" : ""}`;
  return when === "before" ? `was ${paint("yellow", "replaced")}` : `gave something that was ${paint("yellow", "replaced")}`;
}

/** What is about no element, but somebody should know. */
function noticeLine(event: RunEvent, paint: Paint): string | undefined {
  switch (event.type) {
    case "budget.warned":
      return `budget of ${scopeText(event.scope)}: ${spentText(event)}`;
    case "budget.exhausted":
      return `budget of ${scopeText(event.scope)} ${paint("red", "exhausted")}: ${spentText(event)}`;
    case "custom.emitted":
      return `${event.by === undefined ? "event" : "signal"} ${oneLine(event.name)}${customSource(event)}`;
    case "handler.failed":
      return `a handler of ${oneLine(event.event)} ${paint("yellow", handlerFailure(event))}`;
    case "journal.recovered":
      return `the end of the journal (${event.bytes} bytes) was torn, and is kept as ${oneLine(event.kept)}`;
    default:
      return undefined;
  }
}

function customSource({ path, by }: EventOf<"custom.emitted">): string {
  if (by) return ` from ${oneLine(by.who ?? by.channel)}`;
  return path === undefined ? "" : ` of ${path}`;
}

function handlerFailure({ error, dropped }: EventOf<"handler.failed">): string {
  return error ? `failed: ${errorLine(visible(error))}` : `was too slow, and has lost ${dropped.toLocaleString("en-US")} events`;
}
