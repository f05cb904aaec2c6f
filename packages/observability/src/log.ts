import { type Attributes, type Context, type Logger, SeverityNumber } from "@opentelemetry/api";

/** From the least to the most severe. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** A logger as programs know it. No method throws. What is an error among the attributes, by the name `error`, is recorded as exception. */
export type Log = Readonly<Record<LogLevel, (message: string, attributes?: Told) => void>>;

export const SEVERITIES: Readonly<Record<LogLevel, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

type Told = Attributes & { readonly error?: unknown };

export interface LogPlace {
  readonly context?: Context;
  /** That each record has. */
  readonly attributes?: Attributes;
}

/** Writes log records at a place in a trace. */
export function logAt(logger: Logger, { context, attributes: fixed }: LogPlace = {}): Log {
  const at = (level: LogLevel) => (message: string, given?: Told) => {
    const { error, ...attributes } = readable(given);
    logger.emit({
      severityNumber: SEVERITIES[level],
      severityText: level.toUpperCase(),
      body: message,
      attributes: { ...fixed, ...attributes },
      ...(error === undefined ? {} : { exception: error }),
      ...(context ? { context } : {}),
    });
  };
  return { trace: at("trace"), debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What cannot be read is not told; that something happened is. */
function readable(given: Told | undefined): Told {
  try {
    return { ...given };
  } catch {
    return {};
  }
}
