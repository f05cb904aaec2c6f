import { type ErrorEnvelope, errorEnvelope, type EventOf, type RunEvent, type UnknownEvent } from "@dad/protocol";

type HandlerFailed = EventOf<"handler.failed">;

/** The same report, of an error without secrets. */
export type CleanReport = (report: HandlerFailed) => HandlerFailed;

/** What a handler was given when it failed: an event, or something else of a run. */
type Given = Pick<RunEvent | UnknownEvent, "runId" | "type">;

/** The report of a handler that threw, rejected or took too long. */
export function failureOf({ runId, type }: Given, error: unknown, handler: string): HandlerFailed {
  return { type: "handler.failed", runId, time: new Date().toISOString(), event: type, handler, dropped: 0, error: readable(error) };
}

/** The report of a subscriber that was too slow and has lost `total` events so far, this one the latest. */
export function lossOf({ runId, type }: Given, total: number, handler: string): HandlerFailed {
  return { type: "handler.failed", runId, time: new Date().toISOString(), event: type, handler, dropped: total };
}

/** Whatever a handler throws, telling of it must not fail. */
function readable(error: unknown): ErrorEnvelope {
  try {
    return structuredClone(errorEnvelope(error));
  } catch {
    return { code: "UNEXPECTED", message: "a thrown value that cannot be read", retryable: false };
  }
}
