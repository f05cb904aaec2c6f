import type { Attributes, SeverityNumber } from "@opentelemetry/api";
import type { Observability } from "../observability.ts";
import type { RecordedSpan, StartedSpan } from "../recorded.ts";

/** What was handed over, as the adapter's own receiver sees it. */
export interface TelemetryRecord {
  readonly spans: readonly RecordedSpan[];
  /** Spans that have started and not ended, of an adapter that tells of them. */
  readonly unfinished?: readonly StartedSpan[];
  /** One for each instrument and set of attributes: the sum of a counter, the latest value of a gauge. */
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly attributes: Attributes }[];
  readonly logs: readonly {
    readonly eventName?: string | undefined;
    readonly body?: unknown;
    readonly severityNumber?: SeverityNumber | undefined;
    readonly attributes: Attributes;
    readonly traceId?: string | undefined;
    readonly spanId?: string | undefined;
  }[];
}

export interface ObservabilitySubject {
  /** One that has recorded nothing and shares nothing with an earlier one. */
  create(): Observability | Promise<Observability>;
  /** What an adapter that records has been given. Read after `flush`. */
  recorded?(observability: Observability): TelemetryRecord | Promise<TelemetryRecord>;
}

/** Of a span that is started to see whether spans are recorded. It never ends. */
export const PROBE = "probe";

/** What was recorded, or `undefined` when the adapter's spans say that they record nothing. */
export async function recordOf(subject: ObservabilitySubject, observability: Observability): Promise<TelemetryRecord | undefined> {
  const probe = observability.tracer.startSpan(PROBE);
  if (!probe.isRecording()) return undefined;
  if (!subject.recorded) throw new Error("the spans of this adapter say that they record: give `recorded` to show what");
  await observability.flush();
  return subject.recorded(observability);
}
