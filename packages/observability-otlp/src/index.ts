/**
 * Sends what a run tells of itself to an OpenTelemetry collector.
 *
 * @packageDocumentation
 */
export { consoleSink, type ConsoleSinkOptions } from "./console-sink.ts";
export { TelemetryTroubleError } from "./errors.ts";
export { type ExporterName, type OtlpEnvironment, otlpFromEnv } from "./environment.ts";
export { pushTelemetry, type PushedTelemetry, type PushTelemetryOptions } from "./push/push-telemetry.ts";
export type {
  OtlpBatching,
  OtlpEndpoint,
  OtlpLogs,
  OtlpMetrics,
  OtlpProtocol,
  OtlpSampling,
  OtlpSinkOptions,
  OtlpTraces,
  Signal,
} from "./settings.ts";
export { otlpSink, type OtlpSink } from "./otlp-sink.ts";
export { signalUrl } from "./signal-url.ts";
