import { type ErrorEnvelope, isKnownEvent, type RunEvent, type UnknownEvent } from "@dad/protocol";
import { errorLine } from "./error-text.ts";
import { type LineLook, progressLine } from "./progress-line.ts";
import { oneLine } from "./stream-tail.ts";
import { visible } from "./visible.ts";

/** Any event in one line: as a run tells it, or else its type, where it happened, and the error that it carries. */
export function eventText(event: RunEvent | UnknownEvent, look: LineLook): string {
  const known = isKnownEvent(event) ? event : undefined;
  return (known && progressLine(known, look)) ?? `${oneLine(event.type)}${placeOf(event)}${nameOf(known)}${errorOf(known)}`;
}

function placeOf(event: RunEvent | UnknownEvent): string {
  return typeof event.path === "string" ? ` ${oneLine(event.path)}` : "";
}

/** Which step, among those of its node. */
function nameOf(event: RunEvent | undefined): string {
  return event?.type === "step.completed" ? ` ${oneLine(event.name)}` : "";
}

function errorOf(event: RunEvent | undefined): string {
  const error: ErrorEnvelope | undefined = event && "error" in event ? (event.error as ErrorEnvelope | undefined) : undefined;
  return error ? `: ${errorLine(visible(error))}` : "";
}
