import { type Context, isSpanContextValid, type SpanContext, trace, type TraceState } from "@opentelemetry/api";

/** A copy of one that names a span. Whatever was given for one. */
export function spanContextOf(given: SpanContext | undefined): SpanContext | undefined {
  if (typeof given !== "object" || given === null || !isSpanContextValid(given)) return undefined;
  const { traceId, spanId, traceFlags, isRemote, traceState } = given;
  const copy: SpanContext = { traceId, spanId, traceFlags: traceFlags & 0xff };
  if (isRemote) copy.isRemote = true;
  if (traceState && stateText(traceState) !== undefined) copy.traceState = traceState;
  return copy;
}

/** Of the span in what was given for a context. */
export function spanContextIn(context: Context | undefined): SpanContext | undefined {
  try {
    return context && spanContextOf(trace.getSpanContext(context));
  } catch {
    return undefined;
  }
}

/** `undefined` for an empty one. */
export function stateText(state: TraceState | undefined): string | undefined {
  try {
    return state?.serialize() || undefined;
  } catch {
    return undefined;
  }
}
