import {
  type LogsData,
  type MetricsData,
  type OtlpAttribute,
  type OtlpLogRecord,
  type OtlpMetric,
  type OtlpSpan,
  type OtlpValue,
  type TracesData,
} from "@dad/protocol";
import { createTraceState, type SpanContext } from "@opentelemetry/api";
import { severityNumberOf, spanKindOf, statusCodeOf } from "../enumerations.ts";
import type { InstrumentKind, MetricPoint, MetricSnapshot, RecordedLog, RecordedSpan } from "../recorded.ts";
import { put } from "../recording/values.ts";

const REMOTE = 0x200;

type Attributes = Record<string, unknown>;

export function spansOf({ resourceSpans }: TracesData): readonly RecordedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans.map(spanOf)));
}

export function logsOf({ resourceLogs }: LogsData): readonly RecordedLog[] {
  return resourceLogs.flatMap(({ scopeLogs = [] }) => scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map(logOf)));
}

export function metricsOf({ resourceMetrics }: MetricsData): readonly MetricSnapshot[] {
  return resourceMetrics.flatMap(({ scopeMetrics = [] }) => scopeMetrics.flatMap(({ metrics = [] }) => metrics.flatMap(metricOf)));
}

function spanOf(span: OtlpSpan): RecordedSpan {
  const { traceState, parentSpanId, flags = 0, kind = 1, events = [], links = [], status = {} } = span;
  const dropped = { attributes: span.droppedAttributesCount ?? 0, events: span.droppedEventsCount ?? 0, links: span.droppedLinksCount ?? 0 };
  return {
    name: span.name ?? "",
    kind: spanKindOf(kind - 1),
    traceId: span.traceId.toLowerCase(),
    spanId: span.spanId.toLowerCase(),
    ...(traceState ? { traceState } : {}),
    ...(parentSpanId ? { parentSpanId: parentSpanId.toLowerCase() } : {}),
    ...(flags & REMOTE ? { parentIsRemote: true } : {}),
    startTime: milliseconds(span.startTimeUnixNano),
    endTime: milliseconds(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    status: { code: statusCodeOf(status.code), ...(status.message === undefined ? {} : { message: status.message }) },
    events: events.map(({ name = "", timeUnixNano, attributes }) => ({
      name,
      time: milliseconds(timeUnixNano),
      attributes: attributesOf(attributes),
    })),
    links: links.map((link) => ({ context: linkContext(link), attributes: attributesOf(link.attributes) })),
    ...(dropped.attributes + dropped.events + dropped.links > 0 ? { dropped } : {}),
  };
}

function linkContext({ traceId, spanId, traceState, flags = 0 }: NonNullable<OtlpSpan["links"]>[number]): SpanContext {
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    traceFlags: flags & 0xff,
    ...(flags & REMOTE ? { isRemote: true } : {}),
    ...(traceState ? { traceState: createTraceState(traceState) } : {}),
  };
}

function logOf(log: OtlpLogRecord): RecordedLog {
  const { eventName, body, severityText, timeUnixNano, droppedAttributesCount = 0, traceId, spanId } = log;
  const time = milliseconds(timeUnixNano);
  const severity = severityNumberOf(log.severityNumber);
  return {
    ...(eventName ? { eventName } : {}),
    ...(body === undefined ? {} : { body: valueOf(body) }),
    ...(severity === undefined ? {} : { severityNumber: severity }),
    ...(severityText ? { severityText } : {}),
    ...(time > 0 ? { time } : {}),
    observedTime: milliseconds(log.observedTimeUnixNano ?? timeUnixNano),
    attributes: attributesOf(log.attributes),
    ...(droppedAttributesCount > 0 ? { droppedAttributes: droppedAttributesCount } : {}),
    ...(traceId ? { traceId: traceId.toLowerCase() } : {}),
    ...(spanId ? { spanId: spanId.toLowerCase() } : {}),
  };
}

function metricOf({ name = "", unit = "", description = "", gauge, sum, histogram }: OtlpMetric): readonly MetricSnapshot[] {
  const about = { name, unit, description };
  if (gauge) return snapshotOf({ ...about, kind: "gauge" }, gauge.dataPoints, numberPoint);
  if (sum) return snapshotOf({ ...about, kind: sum.isMonotonic ? "counter" : "upDownCounter" }, sum.dataPoints, numberPoint);
  if (histogram) return snapshotOf({ ...about, kind: "histogram" }, histogram.dataPoints, histogramPoint);
  return [];
}

type NumberPoint = NonNullable<NonNullable<OtlpMetric["sum"]>["dataPoints"]>[number];
type HistogramPoint = NonNullable<NonNullable<OtlpMetric["histogram"]>["dataPoints"]>[number];
type About = Pick<MetricSnapshot, "name" | "unit" | "description"> & { readonly kind: InstrumentKind };

function snapshotOf<Point extends Pick<NumberPoint, "attributes" | "startTimeUnixNano" | "timeUnixNano">>(
  about: About,
  points: readonly Point[] | undefined,
  pointOf: (point: Point) => MetricPoint,
): readonly MetricSnapshot[] {
  if (!points?.[0]) return [];
  const { startTimeUnixNano, timeUnixNano } = points[0];
  return [{ ...about, startTime: milliseconds(startTimeUnixNano ?? timeUnixNano), time: milliseconds(timeUnixNano), points: points.map(pointOf) }];
}

function numberPoint({ attributes, asDouble, asInt }: NumberPoint): MetricPoint {
  return { attributes: attributesOf(attributes), value: Number(asDouble ?? asInt ?? 0) };
}

function histogramPoint({ attributes, sum = 0, count = 0, min = 0, max = 0, explicitBounds = [], bucketCounts = [] }: HistogramPoint): MetricPoint {
  const histogram = {
    count: Number(count),
    min: Number(min),
    max: Number(max),
    bounds: explicitBounds.map(Number),
    buckets: bucketCounts.map(Number),
  };
  return { attributes: attributesOf(attributes), value: Number(sum), histogram };
}

function attributesOf(given: readonly OtlpAttribute[] | undefined): Attributes {
  const attributes: Attributes = {};
  for (const { key, value } of given ?? []) put(attributes, key, value === undefined ? null : valueOf(value));
  return attributes;
}

function valueOf(value: OtlpValue): unknown {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return integer(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(valueOf);
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values);
  if (value.bytesValue !== undefined) return new Uint8Array(Buffer.from(value.bytesValue, "base64"));
  return null;
}

/** Its digits where a number would be another. */
function integer(value: string | number): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Since the epoch, with fractions. */
export function milliseconds(nanoseconds: string | number | undefined): number {
  if (nanoseconds === undefined) return 0;
  if (typeof nanoseconds === "number") return nanoseconds / 1e6;
  return Number(nanoseconds.slice(0, -6)) + Number(nanoseconds.slice(-6)) / 1e6;
}
