import type { EventOf, Traceparent } from "@dad/protocol";

/** The span that `trace.updated` names. It is one that was recorded. `undefined` where only the trace is known. */
export function traceparentOf({ traceId, spanId }: Pick<EventOf<"trace.updated">, "traceId" | "spanId">): Traceparent | undefined {
  return spanId === undefined ? undefined : `00-${traceId}-${spanId}-01`;
}
