import type { Logger, Meter, Tracer } from "@opentelemetry/api";

/**
 * Port: traces, metrics and logs of one run. The three members are the OpenTelemetry API itself, so
 * that any instrumentation written for it works unchanged. Nothing is global: parents are passed as
 * explicit contexts, and the host's own OpenTelemetry set-up is neither used nor touched.
 *
 * Adapters: `@dad/observability/noop`, `@dad/observability/memory`.
 */
export interface Observability extends AsyncDisposable {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  /** Resolves when all that was recorded before the call has been handed over. Never fails a run. */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
