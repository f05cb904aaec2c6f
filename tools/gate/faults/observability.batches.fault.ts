// Fault: a sink that sends in batches gives up what comes while a batch is full.
// Noticed by: find their parents among 1,000 that are open at the same time
import { type Observability, type RecordedSpan, recordingObservability, type TelemetrySink } from "@dad/observability";
import { type MemoryObservability, memoryObservability } from "@dad/observability/memory";
import { observabilityContract } from "@dad/observability/testing";

const BATCH = 512;
const received = new WeakMap<Observability, { readonly spans: RecordedSpan[]; readonly rest: MemoryObservability }>();

function forgetfulSink(spans: RecordedSpan[]): TelemetrySink {
  let batch: RecordedSpan[] = [];
  return {
    span(span) {
      if (batch.length < BATCH) batch.push(span);
    },
    log() {},
    async flush() {
      spans.push(...batch);
      batch = [];
    },
    async [Symbol.asyncDispose]() {},
  };
}

function batchingObservability(): Observability {
  const spans: RecordedSpan[] = [];
  const rest = memoryObservability();
  const { tracer, flush } = recordingObservability([forgetfulSink(spans)]);
  const observability: Observability = {
    ...rest,
    tracer,
    async flush(options) {
      await flush(options);
      await rest.flush(options);
    },
  };
  received.set(observability, { spans, rest });
  return observability;
}

observabilityContract("an observability that sends the first spans of many", {
  create: batchingObservability,
  recorded(observability) {
    const own = received.get(observability);
    if (!own) throw new Error("not made here");
    return { spans: own.spans, logs: own.rest.logs, metrics: own.rest.metrics };
  },
});
