import { TraceId } from "@dad/protocol";
import { type Context, createNoopLogger, createNoopMeter, ROOT_CONTEXT } from "@opentelemetry/api";
import { passingTracer } from "./explicit-tracer.ts";
import type { LogLevel } from "./log.ts";
import type { CommandOutputLimits, ContentCapture, Observability } from "./observability.ts";
import { DEFAULT_LIMITS, type RecordingLimits } from "./recording/limits.ts";
import { recordingLogger } from "./recording/logger.ts";
import { metricsFor } from "./recording/metrics.ts";
import { recordingTracer } from "./recording/tracer.ts";
import { each, type EachSink } from "./recording/each-sink.ts";
import type { TelemetrySink } from "./telemetry-sink.ts";

export type { RecordingLimits } from "./recording/limits.ts";

export interface RecordingOptions {
  /** That spans without a parent belong to: 32 hexadecimal digits. Default: a new one for each such span. */
  readonly traceId?: string | undefined;
  /** Of spans that name no parent: a place in a trace that somebody else began, as `TRACEPARENT` names it. Default: none. */
  readonly parent?: Context | undefined;
  /** What is recorded. Default: everything. Spans that are not recorded pass the identity of their parent on. */
  readonly signals?: { readonly traces?: boolean; readonly metrics?: boolean; readonly logs?: boolean } | undefined;
  readonly logs?:
    | {
        /** Records below it are dropped. Default: none is. */
        readonly level?: LogLevel | undefined;
        /** Records from it on, with a span in their context, are an event of that span as well, also where logs are not recorded. Default: none. */
        readonly onSpans?: LogLevel | undefined;
        /** Given on as `Observability.commandOutput`. */
        readonly commandOutput?: CommandOutputLimits | undefined;
      }
    | undefined;
  /** Given on as `Observability.capture`. */
  readonly capture?: ContentCapture | undefined;
  readonly limits?: Partial<RecordingLimits> | undefined;
  /** Between two times that all instruments are handed over, in milliseconds. 0: only at a flush and at the end. Default 10,000. */
  readonly metricsIntervalMs?: number | undefined;
}

/**
 * Records what a run tells, once, and hands the same records to every sink, in the order of the list: a span when it starts and when it
 * ends, a log record when it is told, the instruments added up at times, at a flush, and at the end. Nothing is sampled, and nothing is
 * global. A sink that throws keeps nothing from the others. Releasing it releases the sinks.
 */
export function recordingObservability(sinks: readonly TelemetrySink[], options: RecordingOptions = {}): Observability {
  const { traceId, signals = {}, logs = {}, capture } = options;
  if (traceId !== undefined && !TraceId.safeParse(traceId).success)
    throw new TypeError(`traceId is 32 hexadecimal digits in lower case, not all 0, and not ${JSON.stringify(traceId)}`);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const to = each(sinks);
  const metrics = signals.metrics === false ? undefined : metricsFor(to, { limits, intervalMs: options.metricsIntervalMs ?? 10_000 });
  const logged = signals.logs === false ? undefined : to.log;
  let released: Promise<void> | undefined;
  return {
    tracer:
      signals.traces === false
        ? passingTracer(options.parent ?? ROOT_CONTEXT)
        : recordingTracer(options, { limits, ended: to.span, ...(to.started && { started: to.started }) }),
    meter: metrics?.meter ?? createNoopMeter(),
    logger: logged || logs.onSpans ? recordingLogger({ limits, ...logs, logged }) : createNoopLogger(),
    capture,
    commandOutput: logs.commandOutput,
    async flush({ signal } = {}) {
      await metrics?.collect(signal);
      await to.flush(signal);
    },
    [Symbol.asyncDispose]: () => (released ??= release(to, () => metrics?.end())),
  };
}

async function release(to: EachSink, end: () => void): Promise<void> {
  end();
  await to.release();
}
