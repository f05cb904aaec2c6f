import type { Observability } from "@dad/observability";
import { hostObservability } from "@dad/observability/host";
import { observabilityContract, type TelemetryRecord } from "@dad/observability/testing";
import { type HrTime, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { LoggerProvider, type LogRecordProcessor, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { DataPointType, MeterProvider, type MetricData, MetricReader } from "@opentelemetry/sdk-metrics";
import { type ReadableSpan, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";

interface Told {
  readonly spans: ReadableSpan[];
  metrics: readonly MetricData[];
  readonly logs: ReadableLogRecord[];
}

/** Exporters of the SDK set what is active while they export. What is tested is what we do. */
class Reader extends MetricReader {
  readonly told: Told;

  constructor(told: Told) {
    super();
    this.told = told;
  }

  protected override async onForceFlush(): Promise<void> {
    const { resourceMetrics } = await this.collect();
    this.told.metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }

  protected override async onShutdown(): Promise<void> {}
}

/** A host with the SDK, and what it is told by us. */
function host() {
  const told: Told = { spans: [], metrics: [], logs: [] };
  const nothing = { forceFlush: async () => {}, shutdown: async () => {} };
  const spans: SpanProcessor = { ...nothing, onStart() {}, onEnd: (span) => void told.spans.push(span) };
  const logs: LogRecordProcessor = { ...nothing, onEmit: (record) => void told.logs.push(record), enabled: () => true };
  return {
    told,
    tracerProvider: new TracerProvider({ spanProcessors: [spans] }),
    meterProvider: new MeterProvider({ readers: [new Reader(told)] }),
    loggerProvider: new LoggerProvider({ processors: [logs] }),
  };
}

const made = new WeakMap<Observability, Told>();

observabilityContract("hostObservability with the SDK", {
  create() {
    const { told, ...providers } = host();
    const observability = hostObservability(providers);
    made.set(observability, told);
    return observability;
  },
  recorded: (observability) => recordOf(made.get(observability) as Told),
});

function recordOf({ spans, metrics, logs }: Told): TelemetryRecord {
  return {
    spans: spans.map(spanOf),
    metrics: metrics.flatMap((metric) =>
      metric.dataPointType === DataPointType.SUM || metric.dataPointType === DataPointType.GAUGE
        ? metric.dataPoints.map(({ attributes, value }) => ({ name: metric.descriptor.name, attributes, value }))
        : [],
    ),
    logs: logs.map(({ eventName, body, severityNumber, attributes, spanContext }) => ({
      eventName,
      body,
      severityNumber,
      attributes,
      traceId: spanContext?.traceId,
      spanId: spanContext?.spanId,
    })),
  };
}

function spanOf(span: ReadableSpan): TelemetryRecord["spans"][number] {
  const { traceId, spanId } = span.spanContext();
  const { name, kind, attributes, status, parentSpanContext: parent } = span;
  return {
    name,
    kind,
    traceId,
    spanId,
    ...(parent && { parentSpanId: parent.spanId }),
    startTime: milliseconds(span.startTime),
    endTime: milliseconds(span.endTime),
    attributes,
    status,
    events: span.events.map(({ name, time, attributes = {} }) => ({ name, time: milliseconds(time), attributes })),
    links: span.links.map(({ context, attributes = {} }) => ({ context, attributes })),
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}

describe("hostObservability", () => {
  it("is below the place that it is given, also where the host has no tracer", () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 });
    const { told, tracerProvider } = host();
    hostObservability({ tracerProvider, parent }).tracer.startSpan("child").end();
    expect(told.spans).toMatchObject([{ parentSpanContext: { spanId: "b".repeat(16) } }]);
    expect(hostObservability({ parent }).tracer.startSpan("child").spanContext()).toMatchObject({ spanId: "b".repeat(16) });
  });

  it("leaves the providers to the host when it is released", async () => {
    const { told, tracerProvider } = host();
    await hostObservability({ tracerProvider })[Symbol.asyncDispose]();
    tracerProvider.getTracer("host").startSpan("of the host").end();
    expect(told.spans).toHaveLength(1);
  });
});
