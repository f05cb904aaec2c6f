import { namedSpan } from "@dad/observability";
import { Traceparent } from "@dad/protocol";
import { type Context, createTraceState, ROOT_CONTEXT, type SpanContext, trace, TraceFlags } from "@opentelemetry/api";

type Variables = Readonly<Record<string, string | undefined>>;

/** Of version 00, and of later ones what they have in common: https://www.w3.org/TR/trace-context/#versioning-of-traceparent. */
const TRACEPARENT =
  /^(?:00-(?<now>[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})|(?!ff|00)[0-9a-f]{2}-(?<later>[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})(?:-.*)?)$/;

/**
 * The span of another process under which this one was started, as `TRACEPARENT` and `TRACESTATE` name it:
 * https://opentelemetry.io/docs/specs/otel/context/env-carriers/. What names none is as if it was not there.
 */
export function remoteParent({ TRACEPARENT: parent = "", TRACESTATE: state = "" }: Variables): SpanContext | undefined {
  const { now, later } = TRACEPARENT.exec(parent.trim())?.groups ?? {};
  const traceparent = Traceparent.safeParse(`00-${now ?? later ?? ""}`).data;
  if (traceparent === undefined) return undefined;
  const named = namedSpan(traceparent);
  const context = { ...named, traceFlags: named.traceFlags & TraceFlags.SAMPLED };
  return state.trim() === "" ? context : { ...context, traceState: createTraceState(state.trim()) };
}

export function contextUnder(parent: SpanContext | undefined): Context | undefined {
  return parent && trace.setSpanContext(ROOT_CONTEXT, parent);
}
