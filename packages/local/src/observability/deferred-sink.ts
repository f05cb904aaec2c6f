import { type MetricSnapshot, type TelemetrySink, within } from "@dad/observability";

export interface DeferredSinkOptions {
  /** Opens the sinks. It is called once, when there is something to tell; the signal is aborted when nobody waits for them any more. */
  readonly open: (options: { readonly signal: AbortSignal }) => Promise<readonly TelemetrySink[]>;
  /** Is told why there are none. */
  readonly onTrouble: (error: unknown) => void;
  /** How much is kept until they are there. */
  readonly most?: number;
  /** How long the disposal waits for them. */
  readonly patienceMs?: number;
}

/** More than a run tells in the second in which code is loaded. */
const MOST_WAITING = 16_384;
const PATIENCE_MS = 3_000;

type Telling = (sink: TelemetrySink) => void;

/** A sink in the place of others that cannot be opened at once. It keeps what it is told, in order, until they are there. */
export function deferredSink({ patienceMs = PATIENCE_MS, ...options }: DeferredSinkOptions): TelemetrySink {
  const later = laterSinks(options);
  const { tell } = later;
  return {
    started: (span) => tell((sink) => sink.started?.(span)),
    span: (span) => tell((sink) => sink.span(span)),
    log: (log) => tell((sink) => sink.log(log)),
    measured: (measurement) => tell((sink) => sink.measured?.(measurement)),
    metrics: later.tellMetrics,
    async flush(given) {
      await later.opened(given?.signal);
      await Promise.allSettled(later.sinks().map((sink) => sink.flush(given)));
    },
    async [Symbol.asyncDispose]() {
      await later.opened(AbortSignal.timeout(patienceMs));
      await later.release();
    },
  };
}

/** The others, before they are there and after. */
function laterSinks({ open, onTrouble, most = MOST_WAITING }: Omit<DeferredSinkOptions, "patienceMs">) {
  const over = new AbortController();
  let sinks: readonly TelemetrySink[] | undefined;
  let opening: Promise<void> | undefined;
  let waiting: Telling[] = [];
  let instruments: Telling | undefined;

  async function openAll(): Promise<void> {
    try {
      sinks = await open({ signal: over.signal });
    } catch (error) {
      sinks = [];
      onTrouble(error);
    }
    const before = instruments ? [...waiting, instruments] : waiting;
    [waiting, instruments] = [[], undefined];
    for (const telling of before) sinks.forEach(telling);
    if (over.signal.aborted) await releaseAll(sinks);
  }

  return {
    sinks: () => sinks ?? [],
    tell: (telling: Telling): void => {
      if (sinks) return sinks.forEach(telling);
      if (waiting.length < most) waiting.push(telling);
      opening ??= openAll();
    },
    tellMetrics: (snapshot: readonly MetricSnapshot[]): void => {
      const telling: Telling = (sink) => sink.metrics?.(snapshot);
      if (sinks) return sinks.forEach(telling);
      // Each has all that was measured: only the last is worth telling.
      instruments = telling;
      opening ??= openAll();
    },
    opened: (signal: AbortSignal | undefined) => within(opening ?? Promise.resolve(), { signal }),
    async release(): Promise<void> {
      if (over.signal.aborted) return;
      over.abort(new DOMException("the run is over", "AbortError"));
      await releaseAll(sinks ?? []);
    },
  };
}

async function releaseAll(sinks: readonly TelemetrySink[]): Promise<void> {
  await Promise.allSettled(sinks.map((sink) => sink[Symbol.asyncDispose]()));
}
