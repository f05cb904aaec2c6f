import type { Observability } from "./observability.ts";
import type { RecordedLog, RecordedMetric, RecordedSpan, RecordedTelemetry } from "./recorded.ts";
import { recordingObservability } from "./recording.ts";

export interface MemoryObservability extends Observability, RecordedTelemetry {}

/** Keeps all that is recorded in this process, readable as `spans`, `metrics` and `logs`, also after disposal. For tests. */
export function memoryObservability(): MemoryObservability {
  const spans: RecordedSpan[] = [];
  const metrics: RecordedMetric[] = [];
  const logs: RecordedLog[] = [];
  const recording = recordingObservability([
    {
      span: (span) => void spans.push(span),
      measured: (metric) => void metrics.push(metric),
      log: (log) => void logs.push(log),
      async flush() {},
      async [Symbol.asyncDispose]() {},
    },
  ]);
  return { ...recording, spans, metrics, logs };
}
