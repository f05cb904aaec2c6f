import type { TelemetrySink } from "@dad/observability";
import { type Line, lineTo } from "./delivery/line.ts";
import { exportSampler } from "./sampling.ts";
import type { OtlpBatching, OtlpSinkOptions } from "./settings.ts";

export interface OtlpSink extends TelemetrySink {
  /** How many records did not arrive and are given up, so far. Of metrics none: what comes next says all of them again. */
  readonly lost: Readonly<Record<"traces" | "logs", number>>;
}

/**
 * Sends what a run tells to receivers of OTLP over HTTP, such as an OpenTelemetry Collector, in batches and in its own time. A receiver that is not there, refuses
 * or hangs slows nothing: what it does not take waits in a queue that has a limit, and is sent again, later and later; then the oldest is given
 * up. Nothing of it keeps the process alive but a flush, which has a limit, too. What the environment says is not sent.
 *
 * @throws TypeError for an endpoint, a header, a sampler or a number that is none.
 */
export function otlpSink(options: OtlpSinkOptions): OtlpSink {
  const { flushTimeoutMs = 3000, traces } = options;
  const sampled = exportSampler(traces?.sampling, options.remoteParent);
  const spans = traces && lineTo("traces", { ...options, endpoint: traces, batching: batchingOf(traces.batching) });
  const logs = options.logs && lineTo("logs", { ...options, endpoint: options.logs, batching: batchingOf(options.logs.batching) });
  const metrics = options.metrics && lineTo("metrics", { ...options, endpoint: options.metrics, batching: newest(options.metrics.intervalMs) });
  const lines = [spans, metrics, logs].filter((line) => line !== undefined);
  let released: Promise<void> | undefined;
  const drain = (which: readonly Pick<Line<never>, "drain">[], signal?: AbortSignal) =>
    inTime(flushTimeoutMs, signal, (until) => Promise.all(which.map((line) => line.drain(until))));
  return {
    get lost() {
      return { traces: spans?.lost ?? 0, logs: logs?.lost ?? 0 };
    },
    span(span) {
      if (spans && sampled(span.traceId)) spans.push(span);
    },
    log: (log) => logs?.push(log),
    metrics: (snapshot) => (snapshot.length > 0 ? metrics?.push(snapshot) : undefined),
    flush: ({ signal } = {}) => drain(lines, signal),
    [Symbol.asyncDispose]: () =>
      (released ??= drain(lines.filter(({ healthy }) => healthy)).then(async () => {
        await Promise.all(lines.map((line) => line.close()));
      })),
  };
}

function batchingOf({ queueSize = 2048, batchSize = 512, delayMs = 5000 }: OtlpBatching = {}): Required<OtlpBatching> {
  for (const [name, value] of Object.entries({ queueSize, batchSize, delayMs })) {
    if (!(value >= (name === "delayMs" ? 0 : 1)))
      throw new TypeError(`${name} is ${value}: give a ${name === "delayMs" ? "number of milliseconds" : "whole number from 1"}`);
  }
  return { queueSize, batchSize: Math.min(batchSize, queueSize), delayMs };
}

/** Instruments are cumulative: a newer state of them takes the place of one that still waits. */
function newest(intervalMs = 60_000): Required<OtlpBatching> {
  return { queueSize: 1, batchSize: 2, delayMs: intervalMs };
}

/** The signal that it gives on is aborted when the time is over. Meanwhile the process stays alive. */
async function inTime(ms: number, signal: AbortSignal | undefined, work: (until: AbortSignal) => Promise<unknown>): Promise<void> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), ms);
  try {
    await work(signal ? AbortSignal.any([signal, time.signal]) : time.signal);
  } finally {
    clearTimeout(timer);
  }
}
