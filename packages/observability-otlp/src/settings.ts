import type { SpanContext } from "@opentelemetry/api";
import type { TelemetryOrigin } from "@dad/observability";
import type { TelemetryTroubleError } from "./errors.ts";

export const SIGNALS = ["traces", "metrics", "logs"] as const;
export type Signal = (typeof SIGNALS)[number];

/** How OTLP is spoken over HTTP. */
export type OtlpProtocol = "http/protobuf" | "http/json";

/** Where one signal goes. */
export interface OtlpEndpoint {
  /** In full, as in `http://localhost:4318/v1/traces`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `http/json`. */
  readonly protocol?: OtlpProtocol;
  /** Default: `none`. */
  readonly compression?: "gzip" | "none";
  /** Of each request, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Files in PEM: who is trusted instead of the authorities of Node, and who we are. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** How much is sent at once, and how much may wait. */
export interface OtlpBatching {
  /** What waits at most. When there is more, the oldest is given up. Default: 2,048. */
  readonly queueSize?: number;
  /** Default: 512. */
  readonly batchSize?: number;
  /** How long something waits for more before it is sent, in milliseconds. Default: 5,000. */
  readonly delayMs?: number;
}

/** As the variable `OTEL_TRACES_SAMPLER` names them. */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Which traces are sent. All spans of a trace are, or none. */
export interface OtlpSampling {
  readonly sampler: (typeof SAMPLERS)[number];
  /** From 0 to 1, for those that go by a ratio. Default: 1. */
  readonly ratio?: number;
}

export interface OtlpTraces extends OtlpEndpoint {
  readonly batching?: OtlpBatching;
  /** Default: all. */
  readonly sampling?: OtlpSampling;
}

export interface OtlpLogs extends OtlpEndpoint {
  readonly batching?: OtlpBatching;
}

export interface OtlpMetrics extends OtlpEndpoint {
  /** The instruments are sent at most this often, in milliseconds, and when the sink is flushed. Default: 60,000. */
  readonly intervalMs?: number;
}

export interface OtlpSinkOptions {
  readonly origin: TelemetryOrigin;
  /** A signal without an endpoint is not sent. */
  readonly traces?: OtlpTraces;
  readonly metrics?: OtlpMetrics;
  readonly logs?: OtlpLogs;
  /** The span of another process under which the run is: samplers that go by a parent do as its flag says. */
  readonly remoteParent?: Pick<SpanContext, "traceId" | "traceFlags">;
  /** How long `flush` and the disposal take at most, in milliseconds, also without a signal. Default: 3,000. */
  readonly flushTimeoutMs?: number;
  /** Is told once for each signal that something does not arrive, why, and what can be done. */
  readonly onTrouble?: (trouble: TelemetryTroubleError) => void;
}
