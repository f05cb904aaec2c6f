import type { TelemetrySink } from "@dad/observability";
import type { Signal } from "@dad/observability-otlp";

/** A sink that is told of these signals alone. */
export function signalSink(sink: TelemetrySink, signals: ReadonlySet<Signal>): TelemetrySink {
  const traces = signals.has("traces");
  const metrics = signals.has("metrics");
  return {
    ...(traces && sink.started ? { started: (span) => sink.started?.(span) } : {}),
    span: (span) => (traces ? sink.span(span) : undefined),
    log: (log) => (signals.has("logs") ? sink.log(log) : undefined),
    ...(metrics && sink.measured ? { measured: (measurement) => sink.measured?.(measurement) } : {}),
    ...(metrics && sink.metrics ? { metrics: (snapshot) => sink.metrics?.(snapshot) } : {}),
    flush: (options) => sink.flush(options),
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}
