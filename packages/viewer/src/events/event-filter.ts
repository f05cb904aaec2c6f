import type { RunEvent, UnknownEvent } from "@dad/protocol";
import { costText, durationText } from "../format/amounts.ts";
import { isObject, textMember } from "../json/parse-json.ts";
import { oneLine } from "../text/visible-text.ts";

export type AnyEvent = RunEvent | UnknownEvent;

/** What is shown of all events. */
export interface EventFilter {
  /** A type, or `""` for all. */
  readonly type: string;
  readonly path: string;
  /** Anywhere in the event, in any case of its letters. */
  readonly term: string;
}

export const ALL_EVENTS: EventFilter = { type: "", path: "", term: "" };

export function filteredEvents(events: readonly AnyEvent[], { type, path, term }: EventFilter): readonly AnyEvent[] {
  const [place, word] = [path.toLowerCase(), term.toLowerCase()];
  return events.filter(
    (event) =>
      (type === "" || event.type === type) &&
      (place === "" || (pathOf(event) ?? "").toLowerCase().includes(place)) &&
      (word === "" || JSON.stringify(event).toLowerCase().includes(word)),
  );
}

/** The types that there are, each with how often, by their names. */
export function eventTypes(events: readonly AnyEvent[]): readonly (readonly [type: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
}

export function pathOf(event: AnyEvent): string | undefined {
  return typeof event["path"] === "string" ? event["path"] : undefined;
}

/** What an event says besides its type and place, in one line. */
export function eventText(event: AnyEvent): string {
  const parts: string[] = [];
  const { decision, attempt, durationMs, usage, error, name, action, reason, kind, request, nodeType } = event as Readonly<Record<string, unknown>>;
  if (typeof nodeType === "string") parts.push(nodeType);
  if (typeof kind === "string") parts.push(kind);
  if (typeof decision === "string" && decision !== "executed") parts.push(decision);
  if (typeof attempt === "number" && attempt > 1) parts.push(`attempt ${attempt}`);
  if (typeof durationMs === "number") parts.push(durationText(durationMs));
  if (isObject(usage) && typeof usage["costUsd"] === "number" && usage["costUsd"] > 0) parts.push(costText(usage["costUsd"]));
  for (const text of [name, action, reason]) if (typeof text === "string") parts.push(text);
  if (typeof request === "string") parts.push(request);
  if (isObject(request)) parts.push(textMember(request, "prompt") ?? "");
  if (isObject(error)) parts.push(`${textMember(error, "code") ?? ""}: ${textMember(error, "message") ?? ""}`);
  return oneLine(parts.filter((part) => part !== "").join(" · "), 400);
}

/** How much somebody who looks for trouble wants to see it. */
export function toneOf({ type }: AnyEvent): "bad" | "warn" | "good" | "plain" {
  if (type.endsWith(".failed")) return "bad";
  if (/(retried|warned|exhausted|replaced|parked|requested|rejected|expired|recovered|repaired|cancelled)$/.test(type)) return "warn";
  return /^run\.completed$|node\.completed$/.test(type) ? "good" : "plain";
}
