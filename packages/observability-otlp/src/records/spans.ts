import { createTraceState, type SpanContext } from "@opentelemetry/api";
import { type InstrumentationScope, millisToHrTime } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { RecordedSpan } from "@dad/observability";

/** Who tells, in the words of the SDK. */
export interface Source {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

const SAMPLED = 1;

export function readableSpan(span: RecordedSpan, { resource, scope }: Source): ReadableSpan {
  const { traceId, spanId, traceState, parentSpanId, parentIsRemote } = span;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: SAMPLED,
    ...(traceState !== undefined && { traceState: createTraceState(traceState) }),
  };
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    ...(parentSpanId !== undefined && {
      parentSpanContext: { traceId, spanId: parentSpanId, traceFlags: SAMPLED, isRemote: parentIsRemote === true },
    }),
    startTime: millisToHrTime(span.startTime),
    endTime: millisToHrTime(span.endTime),
    duration: millisToHrTime(span.endTime - span.startTime),
    status: span.status,
    attributes: span.attributes,
    links: span.links.map((link) => ({ ...link })),
    events: span.events.map((event) => ({ name: event.name, attributes: event.attributes, time: millisToHrTime(event.time) })),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: span.dropped?.attributes ?? 0,
    droppedEventsCount: span.dropped?.events ?? 0,
    droppedLinksCount: span.dropped?.links ?? 0,
  };
}
