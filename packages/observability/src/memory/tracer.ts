import { randomBytes } from "node:crypto";
import { type Context, isSpanContextValid, trace, type Tracer, TraceFlags } from "@opentelemetry/api";
import { tracerOf } from "../explicit-tracer.ts";
import type { RecordedSpan } from "../recorded.ts";
import { recordingSpan, type SpanIdentity } from "./span.ts";

export function memoryTracer(hand: (span: RecordedSpan) => void): Tracer {
  return tracerOf((name, options, parent) => recordingSpan(name, { ...options, ...identityBelow(options.root ? undefined : parent) }, hand));
}

function identityBelow(parent: Context | undefined): SpanIdentity {
  const above = parent && trace.getSpanContext(parent);
  const own = { spanId: randomBytes(8).toString("hex"), traceFlags: TraceFlags.SAMPLED };
  if (!above || !isSpanContextValid(above)) return { context: { traceId: randomBytes(16).toString("hex"), ...own } };
  const { traceId, traceState } = above;
  return { context: { traceId, ...own, ...(traceState && { traceState }) }, parentSpanId: above.spanId };
}
