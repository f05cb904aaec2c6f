import type { LoggerProvider, LogLevel, MeterProvider, TelemetryOrigin, TelemetrySink, TracerProvider } from "@dad/observability";

/** Where what a run tells of itself goes, besides the files of the run. A function makes a sink for one run, which releases it. */
export type TelemetryExporter = "otlp" | "console" | ((origin: TelemetryOrigin) => TelemetrySink);

/** A secret by its reference, such as `env:LANGFUSE_AUTH`. */
export interface SecretText {
  readonly secret: string;
}

/** A collector of OpenTelemetry, spoken to by OTLP over HTTP. */
export interface TelemetryEndpoint {
  /** Of all signals: what is before `/v1/traces`, such as `http://localhost:4318`. Of one signal: the whole address. */
  readonly endpoint?: string;
  /** What is sent along with each request. A secret is a reference and gets into nothing that is written: its value is the whole of the header. */
  readonly headers?: Readonly<Record<string, string | SecretText>>;
  /** Default: `none`. */
  readonly compression?: "gzip" | "none";
  /** How long the collector has for one request. Default: 10 s. */
  readonly timeoutMs?: number;
}

/** One signal. What it does not say is as for all of them. */
export interface TelemetrySignal extends TelemetryEndpoint {
  readonly exporters?: readonly TelemetryExporter[];
}

export interface TracesConfig extends TelemetrySignal {
  /** Which part of the runs is exported with its spans, from 0 to 1. The files of a run are always complete. Default: 1. */
  readonly sample?: number;
}

export interface MetricsConfig extends TelemetrySignal {
  /** How often they are written and exported while the run goes on, besides at its end. Default: 10 s. */
  readonly intervalMs?: number;
}

export interface LogsConfig extends TelemetrySignal {
  /** The least severe that are kept. Default: `info`. */
  readonly level?: LogLevel;
  /** Those from this level on are also events of the span in which they were written. Default: none. */
  readonly onSpans?: LogLevel;
  /** How much of what a command writes is logged, of each of its two streams. `false`: nothing. Default: 1,000 lines and 64 KiB. */
  readonly commands?: false | { readonly lines?: number; readonly bytes?: number };
}

/** What people and models say, and what nodes are told and give. Nothing of it is recorded but references, unless this says so. */
export interface ContentConfig {
  /** What models are told and say, and what tools are given and give. */
  readonly messages?: boolean;
  /** Of the input of nodes these members, by JSON Pointer, such as `/question`; `""` is the whole. */
  readonly input?: readonly string[];
  /** The same of their output. */
  readonly output?: readonly string[];
  /** In characters, of each. What is longer is cut. Default: 4,096. */
  readonly maxLength?: number;
}

/** The most that a span has. */
export interface SpanLimits {
  /** In characters, of an attribute. Default: 16,384. */
  readonly attributeLength?: number;
  /** Default: 128, as of `events` and `links`. */
  readonly attributes?: number;
  readonly events?: number;
  readonly links?: number;
}

/** OpenTelemetry of the program itself: a signal with a provider goes there, and neither into files nor to exporters of DAD. */
export interface TelemetryProviders {
  readonly tracerProvider?: TracerProvider;
  readonly meterProvider?: MeterProvider;
  readonly loggerProvider?: LoggerProvider;
}

/** How runs are traced, measured and logged. */
export interface ObservabilityConfig extends TelemetryEndpoint {
  /** `service.name`. Default: `OTEL_SERVICE_NAME`, or else the name of the project. */
  readonly serviceName?: string;
  /** More attributes of the resource, such as `deployment.environment.name`. */
  readonly resource?: Readonly<Record<string, string | number | boolean>>;
  /** Of all signals. Default: `["otlp"]` where there is an `endpoint`, or else what `OTEL_*` variables say. */
  readonly exporters?: readonly TelemetryExporter[];
  /** `false`: there are none. */
  readonly traces?: false | TracesConfig;
  readonly metrics?: false | MetricsConfig;
  readonly logs?: false | LogsConfig;
  readonly content?: ContentConfig;
  readonly limits?: SpanLimits;
  readonly providers?: TelemetryProviders;
}
