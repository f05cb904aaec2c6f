import type { Context } from "@opentelemetry/api";
import { tracerOf } from "./explicit-tracer.ts";
import type { Observability } from "./observability.ts";

/**
 * The same observability at a place in a trace: spans that name no parent get this one. So code that
 * is handed an `Observability` needs not to know where in a trace it works. Who opened the whole one
 * releases it; releasing this one does nothing.
 */
export function under(observability: Observability, parent: Context): Observability {
  return {
    tracer: tracerOf((name, options, context) => observability.tracer.startSpan(name, options, context), parent),
    meter: observability.meter,
    logger: observability.logger,
    capture: observability.capture,
    commandOutput: observability.commandOutput,
    flush: (options) => observability.flush(options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
