import type { Observability } from "./observability.ts";
import type { RecordedLog, RecordedMetric, RecordedSpan, RecordedTelemetry, StartedSpan } from "./recorded.ts";
import { recordingObservability, type RecordingOptions } from "./recording.ts";
import type { TelemetrySink } from "./telemetry-sink.ts";

export interface MemoryObservability extends Observability, RecordedTelemetry {
  /** Also those that have not ended. */
  readonly started: readonly StartedSpan[];
}

/** Keeps all that is recorded in this process, readable as `spans`, `metrics` and `logs`, also after disposal. For tests. */
export function memoryObservability(options: RecordingOptions = {}): MemoryObservability {
  const started: StartedSpan[] = [];
  const spans: RecordedSpan[] = [];
  const metrics: RecordedMetric[] = [];
  const logs: RecordedLog[] = [];
  const sink: TelemetrySink = {
    started: (span) => void started.push(span),
    span: (span) => void spans.push(span),
    measured: (metric) => void metrics.push(metric),
    log: (log) => void logs.push(log),
    async flush() {},
    async [Symbol.asyncDispose]() {},
  };
  return { ...recordingObservability([sink], options), started, spans, metrics, logs };
}
