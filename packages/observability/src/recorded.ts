import type { Attributes, SeverityNumber, SpanContext, SpanKind, SpanStatus } from "@opentelemetry/api";

/** A span that goes on. `startTime` as of one that has ended. */
export type StartedSpan = Omit<RecordedSpan, "endTime" | "status" | "events" | "dropped">;

/** A span that has ended. Times are milliseconds since the epoch, with fractions. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  /** W3C Trace Context, as it is written in the header `tracestate`. */
  readonly traceState?: string;
  readonly parentSpanId?: string;
  /** Another process began it. */
  readonly parentIsRemote?: boolean;
  readonly startTime: number;
  readonly endTime: number;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly events: readonly RecordedSpanEvent[];
  readonly links: readonly RecordedLink[];
  /** How many there were beyond the limits. Absent: none. */
  readonly dropped?: { readonly attributes: number; readonly events: number; readonly links: number };
}

export interface RecordedSpanEvent {
  readonly name: string;
  readonly time: number;
  readonly attributes: Attributes;
}

export interface RecordedLink {
  readonly context: SpanContext;
  readonly attributes: Attributes;
}

export type InstrumentKind =
  | "counter"
  | "upDownCounter"
  | "histogram"
  | "gauge"
  | "observableCounter"
  | "observableUpDownCounter"
  | "observableGauge";

/** One measurement, not aggregated: an increment of a counter, a value of a gauge or histogram, a total of an observable counter. */
export interface RecordedMetric {
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly unit: string;
  readonly description: string;
  readonly value: number;
  readonly attributes: Attributes;
  readonly time: number;
}

export interface RecordedLog {
  readonly eventName?: string;
  readonly body?: unknown;
  readonly severityNumber?: SeverityNumber;
  readonly severityText?: string;
  readonly attributes: Attributes;
  /** How many there were beyond the limit. Absent: none. */
  readonly droppedAttributes?: number;
  /** When it happened, as far as the caller said so, and when it was told. */
  readonly time?: number;
  readonly observedTime: number;
  /** Of the span in the context that the record was given. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** All that was recorded so far, each kind in order. */
export interface RecordedTelemetry {
  /** Spans that have ended, in the order in which they did. */
  readonly spans: readonly RecordedSpan[];
  readonly metrics: readonly RecordedMetric[];
  readonly logs: readonly RecordedLog[];
}

/** One instrument as it stands, since `startTime`. Times in milliseconds since the epoch. */
export interface MetricSnapshot {
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly unit: string;
  readonly description: string;
  readonly startTime: number;
  readonly time: number;
  /** One for each set of attributes. */
  readonly points: readonly MetricPoint[];
}

export interface MetricPoint {
  readonly attributes: Attributes;
  /** The sum of a counter or a histogram, the last value of a gauge. */
  readonly value: number;
  /** Of a histogram. `buckets` has one count more than there are `bounds`. */
  readonly histogram?: {
    readonly count: number;
    readonly min: number;
    readonly max: number;
    readonly bounds: readonly number[];
    readonly buckets: readonly number[];
  };
}

/** What was recorded of a run and kept, read back. Each kind in the order in which it was written. */
export interface KeptTelemetry {
  readonly spans: readonly RecordedSpan[];
  /** Spans that have started, and of which nobody recorded that they ended. */
  readonly unfinished: readonly StartedSpan[];
  /** Without the records that a span has started. */
  readonly logs: readonly RecordedLog[];
  /** As the instruments stood last. */
  readonly metrics: readonly MetricSnapshot[];
  /** How many lines could not be read. */
  readonly damaged: number;
}
