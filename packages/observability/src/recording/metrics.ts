import type { Meter } from "@opentelemetry/api";
import type { EachSink } from "./each-sink.ts";
import type { RecordingLimits } from "./limits.ts";
import { recordingMeter } from "./meter.ts";
import { within } from "../within.ts";

/** For how long observable instruments are waited for, in milliseconds. */
const COLLECTION_LIMIT = 5_000;

export interface Metrics {
  readonly meter: Meter;
  /** Asks the observable instruments and hands all of them over. Never rejects. When the signal is aborted, it hands over what it has. */
  readonly collect: (signal?: AbortSignal) => Promise<void>;
  /** Hands over what was measured since the last time, and asks nobody any more. */
  readonly end: () => void;
}

export interface MetricsOptions {
  readonly limits: RecordingLimits;
  /** 0: never by itself. */
  readonly intervalMs: number;
}

export function metricsFor(to: EachSink, { limits, intervalMs }: MetricsOptions): Metrics {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let isNew = false;
  // One at a time: each begins by forgetting what observable instruments told the one before.
  let collecting: Promise<void> = Promise.resolve();
  const { meter, collect: ask, snapshot } = recordingMeter({ limits, measured: to.measured, adding: to.metrics !== undefined, used, changed });

  function changed(): void {
    isNew = true;
  }

  /** Nobody measures, nobody is waked. */
  function used(): void {
    if (timer || ended || !to.metrics || !(intervalMs > 0)) return;
    timer = setInterval(() => void collect(), Math.min(intervalMs, 2 ** 31 - 1));
    timer.unref();
  }

  function handOver(): void {
    // As they stood is what the receiver has already.
    if (isNew) to.metrics?.(snapshot());
    isNew = false;
  }

  async function collect(signal?: AbortSignal): Promise<void> {
    collecting = collecting.then(() => within(ask(), { signal, milliseconds: COLLECTION_LIMIT }));
    await collecting;
    handOver();
  }

  return {
    meter,
    collect,
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      handOver();
    },
  };
}
