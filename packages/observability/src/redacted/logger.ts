import type { Logger, LogRecord } from "@opentelemetry/api";
import type { Cleaning } from "./cleaning.ts";

export function redactedLogger(logger: Logger, clean: Cleaning): Logger {
  return { emit: (record) => logger.emit(cleanRecord(record, clean)), enabled: (options) => logger.enabled(options) };
}

function cleanRecord(record: LogRecord, clean: Cleaning): LogRecord {
  const { body, attributes, exception, eventName, severityText } = record;
  const texts = { ...(eventName === undefined ? {} : { eventName }), ...(severityText === undefined ? {} : { severityText }) };
  return {
    ...record,
    ...(clean.value(texts) as typeof texts),
    ...(body === undefined ? {} : { body: clean.value(body) }),
    ...(attributes ? { attributes: (clean.value({ ...attributes }) ?? {}) as typeof attributes } : {}),
    ...(exception === undefined ? {} : { exception: clean.exception(exception) }),
  };
}
