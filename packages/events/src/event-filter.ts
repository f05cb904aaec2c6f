import type { RunEvent, UnknownEvent } from "@dad/protocol";
import type { EventFilter } from "./event-bus.ts";
import { pathMatcher } from "./path-pattern.ts";
import { assertTypePattern } from "./type-pattern.ts";

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
