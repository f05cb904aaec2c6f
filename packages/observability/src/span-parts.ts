import { type Context, ROOT_CONTEXT, type Span, type SpanContext, SpanStatusCode, trace } from "@opentelemetry/api";
import { DadError, messageOf, Traceparent } from "@dad/protocol";
import { ATTRIBUTES } from "./conventions.ts";

/** The code of a `DadError`, the name of another error, or what the conventions say for what is none. */
export function errorTypeOf(error: unknown): string {
  if (DadError.is(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}

export interface Failure {
  /** In the place of that of the error. */
  readonly type?: string;
  /** Whether its message may be told. It may quote what was said, and that is content. Default false: the type alone. */
  readonly message?: boolean;
}

/** Gives a span the status ERROR and the type of the error, which it gives back. */
export function failSpan(span: Span, error: unknown, { type = errorTypeOf(error), message = false }: Failure = {}): string {
  span.setAttribute(ATTRIBUTES.error.type, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: message ? messageOf(error) : type });
  return type;
}

/** The context in which a span is the parent, for `under` and for log records. */
export function placeOf(span: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}

/** The span that a `traceparent` names, which is one of somebody else: https://www.w3.org/TR/trace-context/#traceparent-header. */
export function namedSpan(traceparent: Traceparent): SpanContext {
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** The place of the span that a `traceparent` names, if that is of the same trace; else the place itself. */
export function placeWithin(place: Context, traceparent: string | undefined): Context {
  const named = Traceparent.safeParse(traceparent).data;
  const around = trace.getSpanContext(place);
  if (named === undefined || !around) return place;
  const { traceId, spanId, traceFlags } = namedSpan(named);
  return traceId === around.traceId ? trace.setSpanContext(place, { ...around, spanId, traceFlags }) : place;
}

/** The headers that tell a server of which span its work is a part: https://www.w3.org/TR/trace-context/. Empty of a span that is none. */
export function traceHeaders(span: Span): Readonly<Record<string, string>> {
  const context = span.spanContext();
  if (!trace.isSpanContextValid(context)) return {};
  const { traceId, spanId, traceFlags, traceState } = context;
  const state = traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
    ...(state === "" ? {} : { tracestate: state }),
  };
}

/** The same as variables of a program: https://opentelemetry.io/docs/specs/otel/context/env-carriers/. */
export function traceVariables(span: Span): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(traceHeaders(span)).map(([name, value]) => [name.toUpperCase(), value]));
}
