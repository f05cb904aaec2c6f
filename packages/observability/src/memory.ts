import { memoryLogger } from "./memory/logger.ts";
import { memoryMeter } from "./memory/meter.ts";
import { memoryTracer } from "./memory/tracer.ts";
import type { Observability } from "./observability.ts";
import type { RecordedLog, RecordedMetric, RecordedSpan, RecordedTelemetry } from "./recorded.ts";

export type { InstrumentKind, RecordedLink, RecordedLog, RecordedMetric, RecordedSpan, RecordedSpanEvent, RecordedTelemetry } from "./recorded.ts";

export interface MemoryObservability extends Observability, RecordedTelemetry {}

/** Keeps all that is recorded in this process, readable as `spans`, `metrics` and `logs`, also after disposal. For tests. */
export function memoryObservability(): MemoryObservability {
  const spans: RecordedSpan[] = [];
  const metrics: RecordedMetric[] = [];
  const logs: RecordedLog[] = [];
  let closed = false;

  function into<Item>(list: Item[]): (item: Item) => void {
    return (item) => void (closed || list.push(item));
  }

  const measuring = memoryMeter(into(metrics));
  return {
    spans,
    metrics,
    logs,
    tracer: memoryTracer(into(spans)),
    meter: measuring.meter,
    logger: memoryLogger(into(logs)),
    flush: ({ signal } = {}) => endOf(measuring.collect(), signal),
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

/** Resolves when the work has ended or the signal is aborted. */
async function endOf(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const abort = () => resolve();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  await Promise.race([work, aborted]);
  signal.removeEventListener("abort", abort);
}
