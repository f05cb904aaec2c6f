import type { Redactor } from "@dad/secrets";
import { wrappingTracer } from "./explicit-tracer.ts";
import type { Observability } from "./observability.ts";
import { redactedLogger } from "./redacted/logger.ts";
import { redactedMeter } from "./redacted/meter.ts";
import { redactedOptions, redactedSpan } from "./redacted/span.ts";
import { cleaning } from "./redacted/cleaning.ts";

/**
 * The same observability, told nothing that the redactor takes out: in names, attributes, events, links, states and exceptions of spans,
 * in attributes of measurements, in log records. Releasing it releases the whole.
 */
export function redacted(observability: Observability, redactor: Redactor): Observability {
  const clean = cleaning(redactor);
  const { tracer, meter, logger } = observability;
  return {
    tracer: wrappingTracer((name, options, context) =>
      redactedSpan(tracer.startSpan(clean.value(name) as string, redactedOptions(options, clean), context), clean),
    ),
    meter: redactedMeter(meter, clean),
    logger: redactedLogger(logger, clean),
    capture: observability.capture,
    commandOutput: observability.commandOutput,
    flush: (options) => observability.flush(options),
    [Symbol.asyncDispose]: () => observability[Symbol.asyncDispose](),
  };
}
