import type { Logger, LogRecord } from "@opentelemetry/api";
import type { Cleaning } from "./cleaning.ts";

export function redactedLogger(logger: Logger, clean: Cleaning): Logger {
  return {
    emit(record) {
      try {
        logger.emit(cleanRecord(record, clean));
      } catch {
        // What cannot be read is not told.
      }
    },
    enabled: (options) => logger.enabled(options),
  };
}

function cleanRecord(record: LogRecord, clean: Cleaning): LogRecord {
  const { body, attributes, exception, eventName, severityText } = record;
  const isText = typeof body === "string";
  const texts = {
    ...(eventName === undefined ? {} : { eventName }),
    ...(severityText === undefined ? {} : { severityText }),
    ...(isText ? { body } : {}),
  };
  return {
    ...record,
    ...clean.attributes(texts),
    ...(body === undefined || isText ? {} : { body: clean.value(body) }),
    ...(attributes ? { attributes: clean.attributes(attributes) } : {}),
    ...(exception === undefined ? {} : { exception: clean.exception(exception) }),
  };
}
