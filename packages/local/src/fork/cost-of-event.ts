import { isKnownEvent, type RunEvent, type UnknownEvent } from "@dad/protocol";

/** What an attempt cost that has ended; `null` when that is not known, `undefined` for an event that tells of no cost. */
export function costOfEvent(event: RunEvent | UnknownEvent): number | null | undefined {
  if (!isKnownEvent(event)) return undefined;
  switch (event.type) {
    case "node.completed":
    case "node.failed":
      // What is reused was paid for by the run that made it.
      return event.origin ? undefined : event.usage?.costUsd;
    case "node.cancelled":
    case "node.parked":
      return event.usage?.costUsd;
    default:
      return undefined;
  }
}
