import type { SpanContext } from "@dad/observability";
import type { EventOf, Traceparent } from "@dad/protocol";

/** The span that `trace.updated` names. It is one that was recorded. `undefined` where only the trace is known. */
export function traceparentOf({ traceId, spanId }: Pick<EventOf<"trace.updated">, "traceId" | "spanId">): Traceparent | undefined {
  return spanId === undefined ? undefined : `00-${traceId}-${spanId}-01`;
}

/** The span that a `traceparent` names, which is one of somebody else: https://www.w3.org/TR/trace-context/#traceparent-header. */
export function spanContextOf(traceparent: Traceparent): SpanContext {
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
