import type { NodeContext } from "@dad/agent";
import { ATTRIBUTES, type Attributes, failSpan, placeOf, type Span, SpanKind, under } from "@dad/observability";

export interface SpanOptions {
  readonly name: string;
  readonly attributes: Attributes;
  /** Default `INTERNAL`: nobody else is asked. */
  readonly kind?: SpanKind;
}

/** A span that goes on, and the context in which it is the parent. */
export interface SpanPlace {
  readonly span: Span;
  readonly context: NodeContext;
}

/** Does the work under a span, which gets the type of what it throws. */
export async function inSpan<Result>(context: NodeContext, options: SpanOptions, work: (place: SpanPlace) => Promise<Result>): Promise<Result> {
  const { name, kind = SpanKind.INTERNAL } = options;
  const attributes = { ...options.attributes, [ATTRIBUTES.dad.nodePath]: context.path };
  const span = context.observability.tracer.startSpan(name, { kind, attributes });
  try {
    return await work({ span, context: { ...context, observability: under(context.observability, placeOf(span)) } });
  } catch (error) {
    failInSpan(context, span, { error });
    throw error;
  } finally {
    span.end();
  }
}

/** The message of what failed is told only where contents are. */
export function failInSpan({ observability: { capture } }: NodeContext, span: Span, { error, type }: SpanFailure): string {
  return failSpan(span, error, { message: capture?.messages ?? false, ...(type === undefined ? {} : { type }) });
}

interface SpanFailure {
  readonly error: unknown;
  /** In the place of that of the error. */
  readonly type?: string;
}
