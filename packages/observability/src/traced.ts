import { type Attributes, type Context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import type { Observability } from "./observability.ts";
import { failSpan } from "./span-parts.ts";

export interface TracedOptions {
  /** Of low cardinality: what is done, not to what. */
  readonly name: string;
  readonly attributes?: Attributes;
  /** The context whose span is the parent. Default: the place of the observability in its trace (see `under`). */
  readonly parent?: Context;
}

/**
 * Does work inside a span, which always ends. What the work throws is thrown on, after the span was given
 * the status ERROR and the attribute `error.type`: the code of a `DadError`, or the name of another error.
 * A span of work that succeeds keeps the status UNSET. The context that the work gets is the parent for
 * what it does in its turn.
 */
export async function traced<Result>(
  { tracer }: Pick<Observability, "tracer">,
  { name, attributes = {}, parent }: TracedOptions,
  work: (context: Context, span: Span) => Result | Promise<Result>,
): Promise<Result> {
  const span = parent ? tracer.startSpan(name, { attributes }, parent) : tracer.startSpan(name, { attributes });
  try {
    return await work(trace.setSpan(parent ?? ROOT_CONTEXT, span), span);
  } catch (error) {
    failSpan(span, error, { message: true });
    throw error;
  } finally {
    span.end();
  }
}
