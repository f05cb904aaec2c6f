import { LogsData, MetricsData, TracesData } from "@dad/protocol";
import type { SpanContext } from "@opentelemetry/api";
import { ATTRIBUTES, EVENTS } from "../conventions.ts";
import { spanKindOf } from "../enumerations.ts";
import type { KeptTelemetry, MetricSnapshot, RecordedLink, RecordedLog, RecordedSpan, StartedSpan } from "../recorded.ts";
import { mergedMetrics } from "./merged-metrics.ts";
import { logsOf, metricsOf, spansOf } from "./parse.ts";

export type TelemetryFile = "trace.jsonl" | "logs.jsonl" | "metrics.jsonl";

/** What the lines of the files say, together. */
export interface TelemetryFold {
  /** `isLast`: it may be that the line is being written. */
  readonly line: (file: TelemetryFile, text: string, isLast?: boolean) => void;
  readonly kept: () => KeptTelemetry;
}

export function telemetryFold(): TelemetryFold {
  const taken: Taken = { spans: new Map(), started: new Map(), logs: [], snapshots: new Map() };
  const take: Readonly<Record<TelemetryFile, (value: unknown) => void>> = {
    "trace.jsonl": (value) => spansOf(TracesData.parse(value)).forEach((span) => takeSpan(taken, span)),
    "logs.jsonl": (value) => logsOf(LogsData.parse(value)).forEach((log) => takeLog(taken, log)),
    "metrics.jsonl": (value) => metricsOf(MetricsData.parse(value)).forEach((metric) => takeMetric(taken, metric)),
  };
  let damaged = 0;
  return {
    line(file, text, isLast = false) {
      if (text.trim() === "") return;
      try {
        take[file](JSON.parse(text));
      } catch {
        if (!isLast) damaged += 1;
      }
    },
    kept: () => ({
      spans: [...taken.spans.values()],
      unfinished: [...taken.started].filter(([key]) => !taken.spans.has(key)).map(([, span]) => span),
      logs: taken.logs,
      metrics: mergedMetrics([...taken.snapshots.values()]),
      damaged,
    }),
  };
}

interface Taken {
  readonly spans: Map<string, RecordedSpan>;
  readonly started: Map<string, StartedSpan>;
  readonly logs: RecordedLog[];
  readonly snapshots: Map<string, MetricSnapshot>;
}

function takeSpan(taken: Taken, span: RecordedSpan): void {
  const known = taken.spans.get(keyOf(span));
  // One that was given up and ended after all has ended when it says so.
  if (!known || known.attributes[ATTRIBUTES.dad.recovered] === true) taken.spans.set(keyOf(span), span);
}

function takeLog(taken: Taken, log: RecordedLog): void {
  const span = log.eventName === EVENTS.spanStarted ? startedSpanOf(log) : undefined;
  if (span) taken.started.set(keyOf(span), span);
  else taken.logs.push(log);
}

function takeMetric(taken: Taken, metric: MetricSnapshot): void {
  // What began at another time was made by another process.
  taken.snapshots.set(JSON.stringify([metric.name, metric.kind, metric.unit, metric.startTime]), metric);
}

function keyOf({ traceId, spanId }: Pick<RecordedSpan, "traceId" | "spanId">): string {
  return traceId + spanId;
}

function startedSpanOf({ traceId, spanId, time = 0, attributes: told, body }: RecordedLog): StartedSpan | undefined {
  const { spanName, spanKind, spanParentId } = ATTRIBUTES.dad;
  const { [spanName]: name, [spanKind]: kind, [spanParentId]: parent, ...attributes } = told;
  if (traceId === undefined || spanId === undefined || typeof name !== "string") return undefined;
  return {
    name,
    kind: spanKindOf(kind),
    traceId,
    spanId,
    ...(typeof parent === "string" && { parentSpanId: parent }),
    startTime: time,
    attributes,
    links: linksOf(body),
  };
}

function linksOf(body: unknown): readonly RecordedLink[] {
  const { links } = (typeof body === "object" && body !== null ? body : {}) as { readonly links?: unknown };
  if (!Array.isArray(links)) return [];
  return (links as readonly ((Partial<SpanContext> & { readonly attributes?: RecordedLink["attributes"] }) | null)[]).flatMap((link) => {
    const { traceId, spanId, traceFlags = 0, attributes = {} } = link ?? {};
    return typeof traceId === "string" && typeof spanId === "string" ? [{ context: { traceId, spanId, traceFlags }, attributes }] : [];
  });
}
