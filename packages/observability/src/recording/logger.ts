import { type Context, isSpanContextValid, type Logger, type LogRecord, type Span, type SpanContext, trace } from "@opentelemetry/api";
import { ATTRIBUTES } from "../conventions.ts";
import { severityNumberOf } from "../enumerations.ts";
import { type LogLevel, SEVERITIES } from "../log.ts";
import type { RecordedLog } from "../recorded.ts";
import type { RecordingLimits } from "./limits.ts";
import { millisecondsOf } from "./time.ts";
import { attributeSet, exceptionAttributes, setAll, textOf, valueOf } from "./values.ts";

export interface LogReceiver {
  readonly limits: RecordingLimits;
  /** Absent: all. */
  readonly level?: LogLevel | undefined;
  /** Absent: none. */
  readonly onSpans?: LogLevel | undefined;
  /** Absent: records are for spans only. */
  readonly logged?: ((log: RecordedLog) => void) | undefined;
}

export function recordingLogger({ limits, level, onSpans, logged }: LogReceiver): Logger {
  const least: number = level === undefined ? 0 : SEVERITIES[level];
  const leastOnSpans: number = onSpans === undefined ? Infinity : SEVERITIES[onSpans];
  // One that says nothing of how severe it is passes, as the specification has it.
  const passes = (severity: number): boolean => logged !== undefined && (severity === 0 || severity >= least);
  return {
    emit(record) {
      const severity = severityOf(record);
      const span = spanIn(record?.context);
      const toSpan = span !== undefined && severity >= leastOnSpans && span.isRecording();
      const toLog = passes(severity);
      if (!toSpan && !toLog) return;
      const log = logOf(record ?? {}, span?.spanContext(), limits);
      if (toLog) logged?.(log);
      if (toSpan) addToSpan(span, log);
    },
    enabled(options) {
      const severity = severityOf(options);
      return passes(severity) || severity >= leastOnSpans;
    },
  };
}

function severityOf(told: Pick<LogRecord, "severityNumber"> | undefined): number {
  return severityNumberOf(told?.severityNumber) ?? 0;
}

/** Whatever was given for a context. */
function spanIn(context: Context | undefined): Span | undefined {
  try {
    return context && trace.getSpan(context);
  } catch {
    return undefined;
  }
}

function logOf(record: LogRecord, span: SpanContext | undefined, limits: RecordingLimits): RecordedLog {
  const { timestamp, observedTimestamp, eventName, severityText, body, attributes, exception } = record;
  const severity = severityNumberOf(record.severityNumber);
  const set = attributeSet();
  setAll(set, exceptionAttributes(exception), limits);
  setAll(set, attributes, limits);
  const said = body === undefined ? undefined : readableBody(body, limits);
  return {
    ...(eventName !== undefined && { eventName: textOf(eventName) }),
    ...(said !== undefined && { body: said }),
    ...(severity !== undefined && { severityNumber: severity }),
    ...(severityText !== undefined && { severityText: textOf(severityText) }),
    ...(timestamp !== undefined && { time: millisecondsOf(timestamp) }),
    observedTime: millisecondsOf(observedTimestamp),
    attributes: set.values,
    ...(set.dropped > 0 && { droppedAttributes: set.dropped }),
    ...(span && isSpanContextValid(span) && { traceId: span.traceId, spanId: span.spanId }),
  };
}

function readableBody(body: unknown, { bodyLength }: RecordingLimits): unknown {
  try {
    return valueOf(body, bodyLength);
  } catch {
    return undefined;
  }
}

function addToSpan(span: Span, { eventName, severityText, body, attributes, time, observedTime }: RecordedLog): void {
  const told = {
    ...(severityText !== undefined && { [ATTRIBUTES.log.severity]: severityText }),
    ...(body !== undefined && { [ATTRIBUTES.log.message]: body }),
  };
  span.addEvent(eventName ?? "log", { ...told, ...attributes }, time ?? observedTime);
}
