import type { TelemetryResource } from "@dad/observability";
import { endpointFrom, type FoundEndpoint, oneOf } from "./environment/endpoints.ts";
import { keyValues } from "./environment/key-values.ts";
import { readingOf, type VariableReading } from "./environment/reading.ts";
import {
  type OtlpBatching,
  type OtlpEndpoint,
  type OtlpLogs,
  type OtlpMetrics,
  type OtlpSampling,
  type OtlpTraces,
  SAMPLERS,
  type Signal,
} from "./settings.ts";

export { exportSampler } from "./sampling.ts";

export type ExporterName = "otlp" | "console";

/** What the variables of OpenTelemetry say. */
export interface OtlpEnvironment {
  /** `OTEL_SDK_DISABLED`: nothing is to be sent, whatever else says so. `exporters` are none then. */
  readonly disabled: boolean;
  /**
   * `OTEL_<SIGNAL>_EXPORTER`. Where that is not set: `otlp` if an endpoint is, and else none, because nobody expects that a program
   * calls another one at port 4318 without having been told to.
   */
  readonly exporters: Readonly<Record<Signal, readonly ExporterName[]>>;
  /** For `otlpSink`. Without variables: the receiver at `http://localhost:4318`. */
  readonly traces: OtlpTraces;
  readonly metrics: OtlpMetrics;
  readonly logs: OtlpLogs;
  /** `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`. */
  readonly resource: TelemetryResource;
  /** Of each variable that is ignored: its name and why, and no value that may be secret. */
  readonly warnings: readonly string[];
}

/**
 * Reads the variables as the specification says (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/): a variable of one signal comes before that of all, also for headers; an empty
 * variable is not set; what cannot be used is ignored, with a warning.
 */
export function otlpFromEnv(env: Readonly<Record<string, string | undefined>>): OtlpEnvironment {
  const reading = readingOf(env);
  const disabled = reading.flag("OTEL_SDK_DISABLED");
  const found = { traces: endpointFrom(reading, "traces"), metrics: endpointFrom(reading, "metrics"), logs: endpointFrom(reading, "logs") };
  const exporters = (signal: Signal) => (disabled ? [] : exportersFrom(reading, signal, found[signal]));
  warnOfTemporality(reading);
  return {
    disabled,
    exporters: { traces: exporters("traces"), metrics: exporters("metrics"), logs: exporters("logs") },
    traces: {
      ...within(found.traces.endpoint, reading.number("OTEL_BSP_EXPORT_TIMEOUT", 1)),
      batching: batchingFrom(reading, { prefix: "OTEL_BSP", delayMs: 5000 }),
      ...defined({ sampling: samplingFrom(reading) }),
    },
    metrics: {
      ...within(found.metrics.endpoint, reading.number("OTEL_METRIC_EXPORT_TIMEOUT", 1)),
      ...defined({ intervalMs: reading.number("OTEL_METRIC_EXPORT_INTERVAL", 1) }),
    },
    logs: {
      ...within(found.logs.endpoint, reading.number("OTEL_BLRP_EXPORT_TIMEOUT", 1)),
      batching: batchingFrom(reading, { prefix: "OTEL_BLRP", delayMs: 1000 }),
    },
    resource: resourceFrom(reading),
    warnings: reading.warnings(),
  };
}

const EXPORTERS = ["otlp", "console", "none"] as const;

function exportersFrom(reading: VariableReading, signal: Signal, { given, spoken }: FoundEndpoint): readonly ExporterName[] {
  const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
  const text = reading.text(name);
  const named = (text === undefined ? [] : text.split(",")).map((part) => part.trim()).filter((part) => part !== "");
  const known = named.map((part) => oneOf(reading, { name: `part of ${name}`, text: part, of: EXPORTERS })).filter((part) => part !== undefined);
  const wanted = known.length > 0 ? [...new Set(known)] : given ? ["otlp" as const] : [];
  if (wanted.includes("none") && wanted.length > 1) reading.warn(`part of ${name}`, "none goes with nothing else");
  return wanted.filter((exporter) => exporter !== "none").filter((exporter) => exporter !== "otlp" || spoken);
}

function samplingFrom(reading: VariableReading): OtlpSampling | undefined {
  const text = reading.text("OTEL_TRACES_SAMPLER");
  const sampler = text === undefined ? undefined : oneOf(reading, { name: "OTEL_TRACES_SAMPLER", text, of: SAMPLERS });
  if (sampler === undefined) return undefined;
  const argument = sampler.endsWith("traceidratio") ? reading.text("OTEL_TRACES_SAMPLER_ARG") : undefined;
  if (argument === undefined) return { sampler };
  const ratio = Number(argument);
  if (ratio >= 0 && ratio <= 1) return { sampler, ratio };
  reading.warn("OTEL_TRACES_SAMPLER_ARG", `${JSON.stringify(argument)} is no number from 0 to 1`);
  return { sampler };
}

function batchingFrom(reading: VariableReading, { prefix, delayMs }: { readonly prefix: string; readonly delayMs: number }): OtlpBatching {
  const queueSize = reading.number(`${prefix}_MAX_QUEUE_SIZE`, 1);
  const batchSize = reading.number(`${prefix}_MAX_EXPORT_BATCH_SIZE`, 1);
  if (batchSize !== undefined && batchSize > (queueSize ?? 2048)) {
    reading.warn(`${prefix}_MAX_EXPORT_BATCH_SIZE`, `a batch is no larger than the queue, which has ${queueSize ?? 2048} places`);
    return { delayMs: reading.number(`${prefix}_SCHEDULE_DELAY`) ?? delayMs, ...defined({ queueSize }) };
  }
  return { delayMs: reading.number(`${prefix}_SCHEDULE_DELAY`) ?? delayMs, ...defined({ queueSize, batchSize }) };
}

function resourceFrom(reading: VariableReading): TelemetryResource {
  const { values, problems } = keyValues(reading.text("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  // The specification gives up the whole of it.
  for (const problem of problems.slice(0, 1)) reading.warn("OTEL_RESOURCE_ATTRIBUTES", problem);
  const name = reading.text("OTEL_SERVICE_NAME");
  return { ...(problems.length === 0 && values), ...(name !== undefined && { "service.name": name }) };
}

function warnOfTemporality(reading: VariableReading): void {
  const name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
  const wanted = reading.text(name)?.toLowerCase();
  if (wanted !== undefined && wanted !== "cumulative") reading.warn(name, "metrics are always cumulative");
}

/** A batch has its own time, and each request of it: what is shorter counts. */
function within(endpoint: OtlpEndpoint, batchMs: number | undefined): OtlpEndpoint {
  return batchMs === undefined ? endpoint : { ...endpoint, timeoutMs: Math.min(batchMs, endpoint.timeoutMs ?? 10_000) };
}

function defined<Values extends object>(values: Values): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
