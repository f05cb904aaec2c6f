import { type SpanContext, SeverityNumber } from "@opentelemetry/api";
import { ATTRIBUTES, EVENTS } from "../conventions.ts";
import type { MetricPoint, MetricSnapshot, RecordedLink, RecordedLog, RecordedSpan, RecordedSpanEvent, StartedSpan } from "../recorded.ts";
import { stateText } from "../recording/span-contexts.ts";
import { now } from "../recording/time.ts";
import type { TelemetryOrigin } from "../telemetry-sink.ts";
import type { TelemetryFile } from "./fold.ts";
import { attributeWriter, anyValue, double, quoted } from "./any-value.ts";

/** What is around the one part of a line that differs from that of the next. */
export interface Envelope {
  readonly before: string;
  /** With the end of the line. */
  readonly after: string;
}

/** What is in a line, and around it. */
export interface LineWriter {
  readonly envelopes: Readonly<Record<TelemetryFile, Envelope>>;
  readonly span: (span: RecordedSpan) => string;
  readonly log: (log: RecordedLog) => string;
  /** The record that a span has started. */
  readonly started: (span: StartedSpan) => string;
  readonly metrics: (snapshot: readonly MetricSnapshot[]) => string;
}

/** W3C: sampled. 0x100: it is known whether the parent is remote; 0x200: it is. */
const FLAGS = { sampled: 1, known: 0x100, remote: 0x200 } as const;

// A text is made sooner of a few long parts than of many short ones.
const BELOW_OWN = `,"flags":${FLAGS.sampled | FLAGS.known},"name":`;
const BELOW_REMOTE = `,"flags":${FLAGS.sampled | FLAGS.known | FLAGS.remote},"name":`;
const KINDS = [1, 2, 3, 4, 5].map((kind) => `,"kind":${kind},"startTimeUnixNano":"`);
const STATUS = [0, 1, 2].map((code) => `,"status":{"code":${code}}}`);

const CUMULATIVE = 2;

type Writer = (attributes: Readonly<Record<string, unknown>>) => string;

export function lineWriter(origin: TelemetryOrigin): LineWriter {
  const write = attributeWriter();
  return {
    envelopes: {
      "trace.jsonl": envelope(origin, "Spans", "spans"),
      "logs.jsonl": envelope(origin, "Logs", "logRecords"),
      "metrics.jsonl": envelope(origin, "Metrics", "metrics"),
    },
    span: (span) => spanText(span, write),
    log: (log) => logText(log, write),
    started: (span) => logText(startRecord(span), write),
    metrics: (snapshot) => snapshot.map((metric) => metricText(metric, write)).join(","),
  };
}

function envelope({ resource, scope, schemaUrl }: TelemetryOrigin, signal: string, list: string): Envelope {
  const url = schemaUrl === undefined ? "" : `,"schemaUrl":${quoted(schemaUrl)}`;
  const version = scope.version === undefined ? "" : `,"version":${quoted(scope.version)}`;
  return {
    before:
      `{"resource${signal}":[{"resource":{"attributes":[${attributeWriter()(resource)}]},` +
      `"scope${signal}":[{"scope":{"name":${quoted(scope.name)}${version}},"${list}":[`,
    after: `]${url}}]${url}}]}\n`,
  };
}

/** Nanoseconds, which are more than a number can tell apart: two numbers, each of which is small enough to be written at once. */
function nanoseconds(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1e3);
  const rest = Math.round((milliseconds - seconds * 1e3) * 1e6);
  if (rest === 1e9) return `${seconds + 1}000000000`;
  // The leading digit keeps the zeros after it.
  return seconds <= 0 ? String(rest) : seconds + String(1e9 + rest).slice(1);
}

function spanText(span: RecordedSpan, write: Writer): string {
  const { status, dropped, parentSpanId, traceState } = span;
  return (
    `{"traceId":"${span.traceId}","spanId":"${span.spanId}"` +
    (traceState === undefined ? "" : `,"traceState":${quoted(traceState)}`) +
    (parentSpanId === undefined ? "" : `,"parentSpanId":"${parentSpanId}"`) +
    (span.parentIsRemote ? BELOW_REMOTE : BELOW_OWN) +
    quoted(span.name) +
    KINDS[span.kind] +
    nanoseconds(span.startTime) +
    '","endTimeUnixNano":"' +
    nanoseconds(span.endTime) +
    '","attributes":[' +
    write(span.attributes) +
    (span.events.length === 0 ? "" : `],"events":[${span.events.map((event) => eventText(event, write)).join(",")}`) +
    (span.links.length === 0 ? "" : `],"links":[${span.links.map((link) => linkText(link, write)).join(",")}`) +
    (dropped === undefined ? "]" : `]${droppedText(dropped)}`) +
    (status.message === undefined ? STATUS[status.code] : `,"status":{"code":${status.code},"message":${quoted(status.message)}}}`)
  );
}

function droppedText({ attributes, events, links }: NonNullable<RecordedSpan["dropped"]>): string {
  return `,"droppedAttributesCount":${attributes},"droppedEventsCount":${events},"droppedLinksCount":${links}`;
}

function eventText({ name, time, attributes }: RecordedSpanEvent, write: Writer): string {
  return `{"timeUnixNano":"${nanoseconds(time)}","name":${quoted(name)},"attributes":[${write(attributes)}]}`;
}

function linkText({ context, attributes }: RecordedLink, write: Writer): string {
  const { traceId, spanId, traceState } = context;
  const text = stateText(traceState);
  const state = text === undefined ? "" : `,"traceState":${quoted(text)}`;
  return `{"traceId":"${traceId}","spanId":"${spanId}"${state},"attributes":[${write(attributes)}],"flags":${flagsOf(context)}}`;
}

function flagsOf({ traceFlags, isRemote }: SpanContext): number {
  return (traceFlags & 0xff) | FLAGS.known | (isRemote ? FLAGS.remote : 0);
}

function logText(log: RecordedLog, write: Writer): string {
  const { eventName, body, severityNumber, severityText, time, droppedAttributes, traceId, spanId } = log;
  return (
    `{"observedTimeUnixNano":"${nanoseconds(log.observedTime)}"` +
    // A record whose source told no time has that at which it was told.
    `,"timeUnixNano":"${nanoseconds(time ?? log.observedTime)}"` +
    (severityNumber === undefined ? "" : `,"severityNumber":${severityNumber}`) +
    (severityText === undefined ? "" : `,"severityText":${quoted(severityText)}`) +
    (eventName === undefined ? "" : `,"eventName":${quoted(eventName)}`) +
    (body === undefined ? "" : `,"body":${anyValue(body)}`) +
    `,"attributes":[${write(log.attributes)}]` +
    (droppedAttributes === undefined ? "" : `,"droppedAttributesCount":${droppedAttributes}`) +
    (traceId === undefined || spanId === undefined ? "" : `,"flags":${FLAGS.sampled},"traceId":"${traceId}","spanId":"${spanId}"`) +
    "}"
  );
}

function startRecord({ name, kind, traceId, spanId, parentSpanId, startTime, attributes, links }: StartedSpan): RecordedLog {
  const { spanName, spanKind, spanParentId } = ATTRIBUTES.dad;
  return {
    eventName: EVENTS.spanStarted,
    severityNumber: SeverityNumber.TRACE,
    severityText: "TRACE",
    time: startTime,
    observedTime: now(),
    attributes: { ...attributes, [spanName]: name, [spanKind]: kind, ...(parentSpanId !== undefined && { [spanParentId]: parentSpanId }) },
    ...(links.length > 0 && { body: { links: links.map((link) => ({ ...idsOf(link.context), attributes: link.attributes })) } }),
    traceId,
    spanId,
  };
}

function idsOf({ traceId, spanId, traceFlags }: SpanContext) {
  return { traceId, spanId, traceFlags };
}

function metricText({ name, kind, unit, description, startTime, time, points }: MetricSnapshot, write: Writer): string {
  const times = `"startTimeUnixNano":"${nanoseconds(startTime)}","timeUnixNano":"${nanoseconds(time)}"`;
  const written = points.map((point) => `{"attributes":[${write(point.attributes)}],${times},${pointText(point)}}`).join(",");
  const about = `"name":${quoted(name)},"description":${quoted(description)},"unit":${quoted(unit)}`;
  if (kind === "gauge" || kind === "observableGauge") return `{${about},"gauge":{"dataPoints":[${written}]}}`;
  const cumulative = `"aggregationTemporality":${CUMULATIVE},"dataPoints":[${written}]`;
  if (kind === "histogram") return `{${about},"histogram":{${cumulative}}}`;
  return `{${about},"sum":{"isMonotonic":${kind === "counter" || kind === "observableCounter"},${cumulative}}}`;
}

function pointText({ value, histogram }: MetricPoint): string {
  if (!histogram) return `"asDouble":${double(value)}`;
  const { count, min, max, bounds, buckets } = histogram;
  const counts = buckets.map((bucket) => `"${bucket}"`).join(",");
  return (
    `"count":"${count}","sum":${double(value)},"min":${double(min)},"max":${double(max)}` +
    `,"bucketCounts":[${counts}],"explicitBounds":[${bounds.map(double).join(",")}]`
  );
}
