import { ATTRIBUTES, type KeptTelemetry, type RecordedLog, type RecordedSpan, SEVERITIES, type StartedSpan } from "@dad/observability";
import { type Json, NodePath, type ReportLog, type ReportMetric, type ReportSpan } from "@dad/protocol";
import { LONGEST_TEXT } from "./report-ports.ts";
import { plainJson, shortenedText } from "./shortened.ts";

export interface ReportTelemetry {
  /** Those that started first come first, so that what is around others comes before them. */
  readonly spans: readonly ReportSpan[];
  /** How many spans are left out, because they have the id of another one. */
  readonly repeated: number;
  readonly logs: readonly ReportLog[];
  readonly metrics: readonly ReportMetric[];
}

/** What traces, metrics and logs have of a run, each at the element that it belongs to. */
export function telemetryOf({ spans, unfinished, logs, metrics }: KeptTelemetry): ReportTelemetry {
  const open = unfinished.map((span) => ({ ...span, endTime: null }));
  const all = onePerId([...spans, ...open]).sort((left, right) => momentOf(left.startTime) - momentOf(right.startTime));
  const pathOf = pathsOf(all);
  return {
    repeated: spans.length + open.length - all.length,
    spans: all.map((span) => reportSpan(span, pathOf.span(span.spanId))),
    logs: logs.map((log) => reportLog(log, pathOf)).sort((left, right) => left.time - right.time),
    metrics: metrics.flatMap(({ name, unit, description, points }) =>
      points.map(({ attributes, value, histogram }) => ({
        name,
        unit,
        description,
        attributes: plainAttributes(attributes),
        value: finite(value),
        ...(histogram ? { count: countOf(histogram.count), bounds: histogram.bounds.map(finite), buckets: histogram.buckets.map(countOf) } : {}),
      })),
    ),
  };
}

type AnySpan = Omit<StartedSpan, "endTime"> & Partial<Pick<RecordedSpan, "status" | "events">> & { readonly endTime: number | null };

/** In a file that somebody made there may be many of one id: each would have all that is in any of them. */
function onePerId(spans: readonly AnySpan[]): AnySpan[] {
  const byId = new Map<string, AnySpan>();
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
  return [...byId.values()];
}

/** The last one that a date can be (ECMA-262). */
const LAST_MOMENT = 8.64e15;

/** A file may say anything of when something was; what counts with it needs a moment. */
function momentOf(time: number): number {
  return Math.min(LAST_MOMENT, Math.max(0, Number.isNaN(time) ? 0 : time));
}

/** JSON has no other numbers. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function countOf(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.floor(finite(value))));
}

interface Paths {
  /** The path of a span, or of the nearest one around it that has one. */
  span(id: string): NodePath | undefined;
  /** What names an element, as attributes do. */
  named(path: unknown): NodePath | undefined;
}

function pathsOf(spans: readonly AnySpan[]): Paths {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const found = new Map<string, NodePath | undefined>();
  const valid = new Map<string, NodePath | undefined>();

  function named(path: unknown): NodePath | undefined {
    if (typeof path !== "string") return undefined;
    if (!valid.has(path)) valid.set(path, NodePath.safeParse(path).data);
    return valid.get(path);
  }

  function span(id: string): NodePath | undefined {
    const asked: string[] = [];
    let at: string | undefined = id;
    let path: NodePath | undefined;
    // A file that somebody edited may have a circle: what was asked for is known to have no path, until one is found.
    while (at !== undefined && path === undefined && !found.has(at)) {
      asked.push(at);
      found.set(at, undefined);
      path = named(byId.get(at)?.attributes[ATTRIBUTES.dad.nodePath]);
      at = byId.get(at)?.parentSpanId;
    }
    path ??= at === undefined ? undefined : found.get(at);
    for (const one of asked) found.set(one, path);
    return path;
  }

  return { span, named };
}

const STATUSES = ["unset", "ok", "error"] as const;

function reportSpan(span: AnySpan, path: NodePath | undefined): ReportSpan {
  const { traceId, spanId, parentSpanId, name, kind, startTime, endTime, status, attributes, events = [], links } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: shortenedText(name, LONGEST_TEXT),
    // The API counts from 0, and OTLP has 0 for what is not known.
    kind: kind + 1,
    start: momentOf(startTime),
    end: endTime === null ? null : momentOf(endTime),
    status: STATUSES[status?.code ?? 0],
    ...(status?.message === undefined ? {} : { message: shortenedText(status.message, LONGEST_TEXT) }),
    attributes: plainAttributes(attributes),
    ...(events.length === 0
      ? {}
      : { events: events.map((event) => ({ time: momentOf(event.time), name: event.name, attributes: plainAttributes(event.attributes) })) }),
    ...(links.length === 0
      ? {}
      : {
          links: links.map(({ context, attributes }) => ({
            traceId: context.traceId,
            spanId: context.spanId,
            attributes: plainAttributes(attributes),
          })),
        }),
    ...(path === undefined ? {} : { path }),
  };
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
/** There are four numbers for each. */
const STEP = 4;

function reportLog({ time, observedTime, severityNumber, eventName, body, attributes, traceId, spanId }: RecordedLog, paths: Paths): ReportLog {
  const level = Math.min(LEVELS.length - 1, Math.max(0, Math.floor(((severityNumber ?? SEVERITIES.info) - 1) / STEP)));
  const path = paths.named(attributes[ATTRIBUTES.dad.nodePath]) ?? (spanId === undefined ? undefined : paths.span(spanId));
  return {
    time: momentOf(time ?? observedTime),
    severity: LEVELS[level] ?? "info",
    ...(eventName === undefined ? {} : { eventName }),
    ...(body === undefined ? {} : { body: plainJson(body, LONGEST_TEXT) }),
    attributes: plainAttributes(attributes),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    ...(path === undefined ? {} : { path }),
  };
}

/** Most attributes are short texts and numbers: these are taken as they are. */
function plainAttributes(attributes: RecordedSpan["attributes"]): Record<string, Json> {
  const plain: Record<string, Json> = {};
  for (const [name, value] of Object.entries(attributes)) {
    // An assignment to it would make no member.
    if (value !== undefined && name !== "__proto__") plain[name] = plainValue(value);
  }
  return plain;
}

function plainValue(value: unknown): Json {
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  return typeof value === "string" ? shortenedText(value.toWellFormed(), LONGEST_TEXT) : plainJson(value, LONGEST_TEXT);
}
