import type { MetricSnapshot, RecordedLog, RecordedMetric, RecordedSpan, StartedSpan } from "../recorded.ts";
import type { TelemetrySink } from "../telemetry-sink.ts";
import { within } from "../within.ts";

/** All sinks as one, without what none of them wants. After the release nothing is handed on. */
export interface EachSink {
  readonly started: ((span: StartedSpan) => void) | undefined;
  readonly span: (span: RecordedSpan) => void;
  readonly log: (log: RecordedLog) => void;
  readonly measured: ((metric: RecordedMetric) => void) | undefined;
  readonly metrics: ((snapshot: readonly MetricSnapshot[]) => void) | undefined;
  /** Never rejects. */
  readonly flush: (signal: AbortSignal | undefined) => Promise<void>;
  readonly release: () => Promise<void>;
}

export function each(sinks: readonly TelemetrySink[]): EachSink {
  let open = true;

  function hand<Given>(to: (sink: TelemetrySink, given: Given) => void): (given: Given) => void {
    return (given) => {
      if (!open) return;
      for (const sink of sinks) {
        try {
          to(sink, given);
        } catch {
          // It promised not to; the others and the run must not pay for it.
        }
      }
    };
  }

  return {
    started: sinks.some((sink) => sink.started !== undefined) ? hand((sink, span) => sink.started?.(span)) : undefined,
    span: hand((sink, span) => sink.span(span)),
    log: hand((sink, log) => sink.log(log)),
    measured: sinks.some((sink) => sink.measured !== undefined) ? hand((sink, metric) => sink.measured?.(metric)) : undefined,
    metrics: sinks.some((sink) => sink.metrics !== undefined) ? hand((sink, snapshot) => sink.metrics?.(snapshot)) : undefined,
    async flush(signal) {
      await within(Promise.allSettled(sinks.map(async (sink) => sink.flush(signal ? { signal } : {}))), { signal });
    },
    async release() {
      open = false;
      await Promise.allSettled(sinks.map(async (sink) => sink[Symbol.asyncDispose]()));
    },
  };
}
