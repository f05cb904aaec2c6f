import type { RunEvent, UnknownEvent } from "@dad/protocol";
import type { EventFilter, EventPattern } from "./event-bus.ts";
import { pathMatcher } from "./path-pattern.ts";
import { assertTypePattern, patternsOf } from "./type-pattern.ts";

interface ReadFilter {
  readonly typePattern: string;
  /** Whether an event whose type matches is wanted. */
  readonly accepts: (event: RunEvent | UnknownEvent) => boolean;
}

/** @throws TypeError when one of its patterns is malformed. */
export function readFilter(filter: string | EventFilter): ReadFilter {
  const { type: typePattern = "*", path } = typeof filter === "string" ? { type: filter } : filter;
  assertTypePattern(typePattern);
  if (path === undefined) return { typePattern, accepts: () => true };
  const matches = pathMatcher(path);
  return { typePattern, accepts: (event) => typeof event.path === "string" && matches(event.path) };
}

/**
 * Tells whether an event is one that a filter means, for who has events from elsewhere than a bus.
 *
 * @throws TypeError when one of its patterns is malformed.
 */
export function eventMatcher(filter: EventPattern | EventFilter): (event: RunEvent | UnknownEvent) => boolean {
  const { typePattern, accepts } = readFilter(filter);
  return (event) => patternsOf(event.type).has(typePattern) && accepts(event);
}
