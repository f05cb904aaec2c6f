// Fault: what is flushed twice is told twice.
// Noticed by: is handed over in order and once, however often it is flushed, without the spans that go on
import { type Observability, type RecordedLog, type RecordedSpan, recordingObservability, type TelemetrySink } from "@dad/observability";
import { observabilityContract, type TelemetryRecord } from "@dad/observability/testing";

const records = new WeakMap<Observability, TelemetryRecord>();

function forgetfulObservability(): Observability {
  const [waiting, spans, logs]: [RecordedSpan[], RecordedSpan[], RecordedLog[]] = [[], [], []];
  const points: TelemetryRecord["metrics"][number][] = [];
  const sink: TelemetrySink = {
    span: (span) => void waiting.push(span),
    log: (log) => void logs.push(log),
    metrics(snapshot) {
      points.splice(0, points.length, ...snapshot.flatMap(({ name, points }) => points.map((point) => ({ name, ...point }))));
    },
    // What has been handed over is still waiting.
    flush: async () => void spans.push(...waiting),
    async [Symbol.asyncDispose]() {},
  };
  const observability = recordingObservability([sink]);
  records.set(observability, { spans, metrics: points, logs });
  return observability;
}

observabilityContract("an observability that tells twice", {
  create: forgetfulObservability,
  recorded: (observability) => records.get(observability) as TelemetryRecord,
});
