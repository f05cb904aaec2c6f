import { type Context, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type Span, type SpanOptions, trace, type Tracer } from "@opentelemetry/api";
import { spanContextIn } from "./recording/span-contexts.ts";

type Work = (span: Span) => unknown;

/**
 * A whole tracer from its `startSpan`. A span that names no parent gets `parent`. `startActiveSpan` gives the span to the work and makes nothing
 * active, because what is active is global.
 */
export function tracerOf(startSpan: (name: string, options: SpanOptions, parent: Context) => Span, parent: Context = ROOT_CONTEXT): Tracer {
  return wrappingTracer((name, options, context) => startSpan(name, options, context ?? parent));
}

/** The same around another tracer, which knows the parent of a span that names none. */
export function wrappingTracer(startSpan: (name: string, options: SpanOptions, parent: Context | undefined) => Span): Tracer {
  return {
    startSpan: (name, options, context) => startSpan(name, options ?? {}, context),
    startActiveSpan<F extends Work>(
      name: string,
      ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F]
    ): ReturnType<F> {
      const work = rest.at(-1) as F;
      const [options, context] = rest.slice(0, -1) as [SpanOptions?, Context?];
      return work(startSpan(name, options ?? {}, context)) as ReturnType<F>;
    },
  };
}

/** Records nothing. A span passes the identity of its parent on, so that a trace is not torn. */
export function passingTracer(parent?: Context): Tracer {
  return tracerOf((_name, { root }, above) => {
    const context = root ? undefined : spanContextIn(above);
    return trace.wrapSpanContext(context ?? INVALID_SPAN_CONTEXT);
  }, parent);
}
