import {
  createNoopLogger,
  createNoopMeter,
  type Context,
  type LoggerProvider,
  type MeterProvider,
  ROOT_CONTEXT,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { passingTracer, tracerOf } from "./explicit-tracer.ts";
import { explicitMeter } from "./host/meter.ts";
import { flushed } from "./host/flush.ts";
import { quiet } from "./host/quiet.ts";
import type { ContentCapture, Observability } from "./observability.ts";

export interface HostOptions {
  /** Absent: spans are not recorded, and pass the identity of their parent on. */
  readonly tracerProvider?: TracerProvider | undefined;
  readonly meterProvider?: MeterProvider | undefined;
  readonly loggerProvider?: LoggerProvider | undefined;
  /** Of spans that name no parent, such as `context.active()` of the host. Default: none. */
  readonly parent?: Context | undefined;
  /** Given on as `Observability.capture`. */
  readonly capture?: ContentCapture | undefined;
  /** Who tells. Default: `@dad/observability`. */
  readonly scope?: { readonly name: string; readonly version?: string } | undefined;
}

/**
 * Tells what a run does to the providers that the host has set up for itself: its exporters, its sampling, its limits. Nothing is taken
 * from the host but these: what is active there is nobody's parent, unless it is given as `parent`. A flush asks the providers for one, as
 * far as they can; releasing it leaves them to the host.
 */
export function hostObservability({ tracerProvider, meterProvider, loggerProvider, parent, capture, scope }: HostOptions): Observability {
  const { name, version } = scope ?? { name: "@dad/observability" };
  const place = parent ?? ROOT_CONTEXT;
  const tracer = tracerProvider?.getTracer(name, version);
  const logger = loggerProvider && quiet(loggerProvider.getLogger(name, version), () => false);
  return {
    tracer: tracer ? quietTracer(tracer, place) : passingTracer(place),
    meter: meterProvider ? explicitMeter(meterProvider.getMeter(name, version)) : createNoopMeter(),
    logger: logger
      ? {
          emit: (record) => logger.emit({ ...record, context: record.context ?? ROOT_CONTEXT }),
          enabled: (options) => logger.enabled({ ...options, context: options?.context ?? ROOT_CONTEXT }),
        }
      : createNoopLogger(),
    capture,
    flush: ({ signal } = {}) => flushed([tracerProvider, meterProvider, loggerProvider], signal),
    async [Symbol.asyncDispose]() {},
  };
}

function quietTracer(tracer: Tracer, parent: Context): Tracer {
  const passing = passingTracer();
  return tracerOf((name, options, context) => {
    try {
      return quiet(tracer.startSpan(name, options, context));
    } catch {
      return passing.startSpan(name, options, context);
    }
  }, parent);
}
