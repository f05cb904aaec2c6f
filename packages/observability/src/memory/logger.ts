import { type Exception, type Logger, type LogRecord, trace } from "@opentelemetry/api";
import type { RecordedLog } from "../recorded.ts";
import { attributesOf, exceptionAttributes } from "./attributes.ts";
import { millisecondsOf } from "./time.ts";

export function memoryLogger(hand: (log: RecordedLog) => void): Logger {
  return { emit: (record) => hand(logOf(record)), enabled: () => true };
}

function logOf({ context, timestamp, observedTimestamp, attributes, exception, ...told }: LogRecord): RecordedLog {
  const span = context && trace.getSpanContext(context);
  return {
    ...told,
    ...(timestamp === undefined ? {} : { time: millisecondsOf(timestamp) }),
    observedTime: millisecondsOf(observedTimestamp),
    attributes: { ...exceptionAttributes(exception as Exception | undefined), ...attributesOf(attributes) },
    ...(span && { traceId: span.traceId, spanId: span.spanId }),
  };
}
