import type { AttributeValue } from "@opentelemetry/api";
import type { MetricSnapshot, RecordedLog, RecordedMetric, RecordedSpan, StartedSpan } from "./recorded.ts";

/** Who tells: the attributes of the OpenTelemetry resource of a run, such as `service.name`. */
export type TelemetryResource = Readonly<Record<string, AttributeValue>>;

/** What every record of a sink has in common. */
export interface TelemetryOrigin {
  readonly resource: TelemetryResource;
  /** The instrumentation scope. */
  readonly scope: { readonly name: string; readonly version?: string };
  /** Of the names that are used: https://opentelemetry.io/docs/specs/otel/schemas/. */
  readonly schemaUrl?: string;
}

/**
 * Where what is recorded of one run goes. No method throws, and none but `flush` waits for anything: what cannot be taken is
 * given up, and counted.
 */
export interface TelemetrySink extends AsyncDisposable {
  /** A span has started. It may never end. `attributes` and `links` grow until it does. */
  started?(span: StartedSpan): void;
  span(span: RecordedSpan): void;
  log(log: RecordedLog): void;
  /** Each single measurement, for who does not want them added up. */
  measured?(measurement: RecordedMetric): void;
  /** All instruments as they stand: at times, and before each flush. Cumulative. */
  metrics?(snapshot: readonly MetricSnapshot[]): void;
  /** Resolves when all that was told before is handed over, or the signal is aborted. Never rejects. */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
