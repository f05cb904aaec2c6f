import { type Context, ROOT_CONTEXT, type Tracer, TraceFlags } from "@opentelemetry/api";
import { tracerOf } from "../explicit-tracer.ts";
import { randomIds } from "./ids.ts";
import { spanContextIn } from "./span-contexts.ts";
import { recordingSpan, type SpanIdentity, type SpanReceiver } from "./span.ts";

export interface RecordingTrace {
  /** Of spans that have no parent. Absent: a new one for each. */
  readonly traceId?: string | undefined;
  /** Of spans that name none. */
  readonly parent?: Context | undefined;
}

export function recordingTracer({ traceId: own, parent: place }: RecordingTrace, receiver: SpanReceiver): Tracer {
  const random = randomIds();

  function identityBelow(name: unknown, parent: Context | undefined): SpanIdentity {
    const above = spanContextIn(parent);
    const spanId = random(8);
    if (!above) return { name, context: { traceId: own ?? random(16), spanId, traceFlags: TraceFlags.SAMPLED } };
    const { traceId, traceState, isRemote } = above;
    const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
    return { name, context: traceState ? { ...context, traceState } : context, parentSpanId: above.spanId, parentIsRemote: isRemote === true };
  }

  return tracerOf(
    (name, options, parent) => recordingSpan(identityBelow(name, options?.root ? undefined : parent), options ?? {}, receiver),
    place ?? ROOT_CONTEXT,
  );
}
