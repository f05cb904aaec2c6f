import { type Context, isSpanContextValid, type Logger, type LogRecord, type Span, type SpanContext, trace } from "@opentelemetry/api";
import { ATTRIBUTES } from "../conventions.ts";
import { severityNumberOf } from "../enumerations.ts";
import { type LogLevel, SEVERITIES } from "../log.ts";
import type { RecordedLog } from "../recorded.ts";
import type { RecordingLimits } from "./limits.ts";
import type { Mutable } from "./mutable.ts";
import { millisecondsOf } from "./time.ts";
import { attributesOf, exceptionAttributes, setAll, textOf, valueOf } from "./values.ts";

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
  const set = attributesOf(exception === undefined ? attributes : exceptionAttributes(exception), limits);
  if (exception !== undefined) setAll(set, attributes, limits);
  const said = body === undefined ? undefined : readableBody(body, limits);
  const log: Mutable<RecordedLog> = { observedTime: millisecondsOf(observedTimestamp), attributes: set.values };
  if (eventName !== undefined) log.eventName = textOf(eventName, limits.attributeLength);
  if (said !== undefined) log.body = said;
  if (severity !== undefined) log.severityNumber = severity;
  if (severityText !== undefined) log.severityText = textOf(severityText, limits.attributeLength);
  if (timestamp !== undefined) log.time = millisecondsOf(timestamp);
  if (set.dropped > 0) log.droppedAttributes = set.dropped;
  if (span && isSpanContextValid(span)) {
    log.traceId = span.traceId;
    log.spanId = span.spanId;
  }
  return log;
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
