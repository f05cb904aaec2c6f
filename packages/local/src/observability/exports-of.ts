import type { ObservabilityConfig, TelemetryExporter } from "@dad/config";
import type { Signal } from "@dad/observability-otlp";
import { exportSampler, type OtlpEnvironment } from "@dad/observability-otlp/environment";
import type { SpanContext } from "@opentelemetry/api";

const SIGNALS = ["traces", "metrics", "logs"] as const satisfies readonly Signal[];

/** Where each signal goes. */
export type Exports = Readonly<Record<Signal, readonly TelemetryExporter[]>>;

export interface ExportedTrace {
  readonly traceId: string;
  readonly remoteParent: SpanContext | undefined;
}

/** What is written comes before the environment, for which `OTEL_SDK_DISABLED` speaks last. */
export function exportsOf(settings: ObservabilityConfig, env: OtlpEnvironment, trace: ExportedTrace): Exports {
  const of = (signal: Signal): readonly TelemetryExporter[] => (env.disabled ? [] : exportersOf(signal, settings, env));
  return { traces: isSampled(settings, trace) ? of("traces") : [], metrics: of("metrics"), logs: of("logs") };
}

function exportersOf(signal: Signal, settings: ObservabilityConfig, { exporters }: OtlpEnvironment): readonly TelemetryExporter[] {
  const own = settings[signal];
  if (own === false) return [];
  const written = own?.exporters ?? settings.exporters;
  if (written) return written;
  return own?.endpoint === undefined && settings.endpoint === undefined ? exporters[signal] : ["otlp"];
}

/** A run is one trace. Whoever began it has decided already. */
function isSampled({ traces }: ObservabilityConfig, { traceId, remoteParent }: ExportedTrace): boolean {
  const ratio = traces ? traces.sample : undefined;
  return ratio === undefined || exportSampler({ sampler: "parentbased_traceidratio", ratio }, remoteParent)(traceId);
}

/** The signals that go to one of them. */
export function signalsTo(exporter: TelemetryExporter, exports: Exports): ReadonlySet<Signal> {
  return new Set(SIGNALS.filter((signal) => exports[signal].includes(exporter)));
}

/** Each once. */
export function exportersIn({ traces, metrics, logs }: Exports): readonly TelemetryExporter[] {
  return [...new Set([...traces, ...metrics, ...logs])];
}
