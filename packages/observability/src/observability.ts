import type { Logger, Meter, Tracer } from "@opentelemetry/api";

/**
 * Port: traces, metrics and logs of one run. The three members are the OpenTelemetry API itself, so
 * that any instrumentation written for it works unchanged. Nothing is global: the parent of a span is
 * the context that `startSpan` is given, or none (`startActiveSpan` makes no context active), and the
 * host's own OpenTelemetry set-up is neither used nor touched.
 *
 * No method throws, whatever it is given and also after disposal: telling what a run does must not fail
 * it. Disposal may be repeated; what is recorded afterwards is lost, so `flush` before it.
 *
 * Adapters: `@dad/observability/noop`, `@dad/observability/memory`.
 */
export interface Observability extends AsyncDisposable {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  /**
   * Resolves when all that was recorded before the call has been handed over, or the signal is aborted.
   * It never rejects: what cannot be handed over, or not in time, is given up.
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
