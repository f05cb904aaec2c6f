/**
 * Traces, metrics and logs of a run: the OpenTelemetry API.
 *
 * @packageDocumentation
 */
export {
  type Attributes,
  type Context,
  type Counter,
  type Histogram,
  type Link,
  type Logger,
  type LoggerProvider,
  type Meter,
  type MeterProvider,
  ROOT_CONTEXT,
  type SeverityNumber,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
export {
  artifactAttributes,
  ATTRIBUTES,
  EVENTS,
  GENAI_CONVENTIONS_COMMIT,
  GENAI_SCHEMA_URL,
  LINKS,
  type MetricConvention,
  METRICS,
  OPERATIONS,
  SPANS,
} from "./conventions.ts";
export { counterOf, histogramOf } from "./instruments.ts";
export { passingTracer, wrappingTracer } from "./explicit-tracer.ts";
export { type Log, logAt, type LogLevel, type LogPlace, SEVERITIES } from "./log.ts";
export type { CommandOutputLimits, ContentCapture, Observability } from "./observability.ts";
export type {
  InstrumentKind,
  KeptTelemetry,
  MetricPoint,
  MetricSnapshot,
  RecordedLink,
  RecordedLog,
  RecordedMetric,
  RecordedSpan,
  RecordedSpanEvent,
  RecordedTelemetry,
  StartedSpan,
} from "./recorded.ts";
export { type RecordingLimits, recordingObservability, type RecordingOptions } from "./recording.ts";
export { redacted } from "./redacted.ts";
export { errorTypeOf, type Failure, failSpan, namedSpan, placeOf, placeWithin, traceHeaders, traceVariables } from "./span-parts.ts";
export type { TelemetryOrigin, TelemetryResource, TelemetrySink } from "./telemetry-sink.ts";
export { traced, type TracedOptions } from "./traced.ts";
export { under } from "./under.ts";
export { type Patience, within } from "./within.ts";
