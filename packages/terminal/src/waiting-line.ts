import type { EventOf, InputId, RunEvent } from "@dad/protocol";
import { durationText, timeText } from "./duration.ts";
import { errorLine } from "./error-text.ts";
import type { Paint } from "./paint.ts";
import { shellWord } from "./place.ts";
import { promptLine, whoText } from "./request-text.ts";
import { oneLine } from "./stream-tail.ts";
import { visible } from "./visible.ts";

/** The command that answers a request. */
export type AnswerCommand = (runId: string, request: InputId) => string;

export const usualAnswer: AnswerCommand = (runId, request) => `dad answer ${shellWord(runId)} ${shellWord(request)}`;

/** What a run asks, waits for, and is answered. Nothing for other events. */
export function waitingLine(
  event: RunEvent,
  { paint, answer = usualAnswer }: { readonly paint: Paint; readonly answer?: AnswerCommand | undefined },
): string | undefined {
  switch (event.type) {
    case "input.requested":
      return `${event.path} ${paint("yellow", "asks")}: ${promptText(event)}; ${oneLine(answer(event.runId, event.request.id))}`;
    case "input.answered":
      return `${event.request} ${paint("green", "answered")} ${whoText(event.by)}${event.origin ? `, as in run ${event.origin.runId}` : ""}`;
    case "input.rejected":
      return `${event.request}: the answer ${whoText(event.by)} was ${paint("yellow", "not taken")}: ${errorLine(visible(event.error))}`;
    case "input.expired":
      return `${event.request} ${paint("yellow", "expired")}: ${EXPIRED[event.onTimeout]}`;
    case "input.cancelled":
      return `${event.request} needs no answer any more`;
    case "node.parked":
      return `node ${event.path} ${paint("yellow", "parked")} ${durationText(event.durationMs)}: it waits for ${event.requests.join(", ")}`;
    case "component.parked":
      return `${event.path} ${paint("yellow", "parked")} ${durationText(event.durationMs)}`;
    case "run.parked":
      return `run ${event.runId} ${paint("yellow", "waits")} for ${event.requests.join(", ")}`;
    default:
      return undefined;
  }
}

function promptText({ request }: EventOf<"input.requested">): string {
  const { expiresAt } = request;
  return expiresAt === undefined ? promptLine(request) : `${promptLine(request)} (until ${timeText(expiresAt)})`;
}

const EXPIRED = {
  fail: "nobody answered in time, and the node fails",
  deny: "nobody answered in time, which is a no",
  default: "nobody answered in time, and the usual answer is taken",
  wait: "nobody answered in time, and it goes on to wait",
} as const;
