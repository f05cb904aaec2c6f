import { millisToHrTime } from "@opentelemetry/core";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { RecordedLog } from "@dad/observability";
import type { Source } from "./spans.ts";

const SAMPLED = 1;

export function readableLog(log: RecordedLog, { resource, scope }: Source): ReadableLogRecord {
  const { traceId, spanId, eventName, severityNumber, severityText } = log;
  return {
    hrTime: millisToHrTime(log.time ?? log.observedTime),
    hrTimeObserved: millisToHrTime(log.observedTime),
    ...(traceId !== undefined && spanId !== undefined && { spanContext: { traceId, spanId, traceFlags: SAMPLED } }),
    ...(eventName !== undefined && { eventName }),
    ...(severityNumber !== undefined && { severityNumber }),
    ...(severityText !== undefined && { severityText }),
    ...(log.body !== undefined && { body: log.body }),
    attributes: log.attributes,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: log.droppedAttributes ?? 0,
  };
}
