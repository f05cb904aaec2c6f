import type { Agent } from "node:http";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { MetricSnapshot, RecordedLog, RecordedSpan, TelemetryOrigin } from "@dad/observability";
import { type ReadAnswer, readJson } from "../delivery/answer.ts";
import type { OtlpEndpoint } from "../settings.ts";
import { readableLog } from "./logs.ts";
import { resourceMetrics } from "./metrics.ts";
import { readableSpan, type Source } from "./spans.ts";

/** What is sent of each signal. */
export interface Records {
  readonly traces: RecordedSpan;
  /** All instruments, at one time. */
  readonly metrics: readonly MetricSnapshot[];
  readonly logs: RecordedLog;
}

export interface RecordExporter<Item> {
  /** Makes one request. Throws what cannot be encoded, and settles when the request is over. */
  readonly send: (batch: readonly Item[]) => Promise<void>;
  readonly read: ReadAnswer;
}

export interface ExportersOptions {
  readonly origin: TelemetryOrigin;
  readonly endpoint: OtlpEndpoint;
  readonly agent: () => Promise<Agent>;
}

type Exporters = { readonly [Kind in keyof Records]: () => RecordExporter<Records[Kind]> };

/** What an exporter believes to have for all its tries: no time for a second one. The first one has the time that the connection gives it. */
const ONE_TRY_MS = 1;

/** The exporters of OpenTelemetry, for our records. They are slow to load, and have nothing that is to be released: the connections are the agent's. */
export function exportersOf({ origin, endpoint, agent }: ExportersOptions): Exporters {
  const { resource, scope, schemaUrl } = origin;
  const source: Source = { resource: resourceFromAttributes({ ...resource }), scope: { ...scope, ...(schemaUrl !== undefined && { schemaUrl }) } };
  const { url, compression = "none", protocol = "http/json" } = endpoint;
  const json = protocol === "http/json";
  // What is not said here, exporters take from the variables of the host. Headers they take in any case, so the connection says all of them anew.
  const config = {
    url,
    compression: compression === "gzip" ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    timeoutMillis: ONE_TRY_MS,
    httpAgentOptions: agent,
  };
  const exporter = <Item, Batch>(official: Official<Batch>, batchOf: (items: readonly Item[]) => Batch): RecordExporter<Item> => ({
    send: (items) => sent(official, batchOf(items)),
    // The answers of all signals are alike: a number, and a message.
    read: json ? readJson : (body) => ProtobufTraceSerializer.deserializeResponse(body),
  });
  return {
    traces: () =>
      exporter(new (json ? OTLPTraceExporter : ProtobufTraceExporter)(config), (spans: readonly RecordedSpan[]) =>
        spans.map((span) => readableSpan(span, source)),
      ),
    metrics: () =>
      exporter(new (json ? OTLPMetricExporter : ProtobufMetricExporter)(config), (states: readonly (readonly MetricSnapshot[])[]) =>
        resourceMetrics(states.at(-1) ?? [], source),
      ),
    logs: () =>
      exporter(new (json ? OTLPLogExporter : ProtobufLogExporter)(config), (logs: readonly RecordedLog[]) =>
        logs.map((log) => readableLog(log, source)),
      ),
  };
}

interface Official<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
}

function sent<Batch>(official: Official<Batch>, batch: Batch): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  official.export(batch, ({ code, error }) => {
    if (code === ExportResultCode.SUCCESS) resolve();
    else reject(error ?? new Error("the exporter does not say why"));
  });
  return promise;
}
