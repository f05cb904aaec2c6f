import type { MetricPoint, MetricSnapshot, RecordedLog, RecordedSpan, TelemetrySink } from "@dad/observability";
import { type Attributes, SpanKind, SpanStatusCode } from "@opentelemetry/api";

export interface ConsoleSinkOptions {
  /** Gets each line, with its line break. */
  readonly write: (line: string) => void;
}

/** Writes a readable line for each span that ends, each log record, and each instrument, whenever it is handed over. For development. */
export function consoleSink({ write }: ConsoleSinkOptions): TelemetrySink {
  let closed = false;
  const say = (line: string): void => {
    if (closed) return;
    try {
      // One line each, whatever is in it, and nothing that a terminal obeys.
      write(`${line.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escaped)}\n`);
    } catch {
      // A run goes on when nobody reads.
    }
  };
  return {
    span: (span) => say(spanLine(span)),
    log: (log) => say(logLine(log)),
    metrics(snapshots) {
      for (const snapshot of snapshots) for (const point of snapshot.points) say(metricLine(snapshot, point));
    },
    async flush() {},
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

function escaped(character: string): string {
  return character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function spanLine(span: RecordedSpan): string {
  const kind = span.kind === SpanKind.INTERNAL ? "" : `${SpanKind[span.kind].toLowerCase()} `;
  const failed = span.status.code === SpanStatusCode.ERROR ? ` ERROR ${span.status.message ?? ""}` : "";
  const ids = `${span.traceId.slice(-8)}/${span.spanId}${span.parentSpanId === undefined ? "" : ` in ${span.parentSpanId}`}`;
  return words(
    clock(span.startTime),
    "span",
    `${kind}${span.name}`,
    durationText(span.endTime - span.startTime) + failed,
    ids,
    attributesText(span.attributes),
  );
}

function logLine(log: RecordedLog): string {
  const body = log.body === undefined ? "" : textOf(log.body);
  return words(
    clock(log.time ?? log.observedTime),
    "log ",
    log.severityText ?? "",
    log.eventName ?? "",
    body,
    log.spanId === undefined ? "" : `in ${log.spanId}`,
    attributesText(log.attributes),
  );
}

function metricLine({ name, unit, time }: MetricSnapshot, { attributes, value, histogram }: MetricPoint): string {
  const of = unit === "" || unit === "1" ? "" : ` ${unit}`;
  const range = histogram ? ` in ${histogram.count} values from ${histogram.min} to ${histogram.max}` : "";
  return words(clock(time), "metric", name, `${value}${of}${range}`, attributesText(attributes));
}

/** `14:03:07.123`, in UTC. */
function clock(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(11, 23);
}

function durationText(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .join(" ");
}

function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("  ");
}
