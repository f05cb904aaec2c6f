import type { NodeContext } from "@dad/agent";
import { DadError } from "@dad/protocol";

type Span = ReturnType<NodeContext["observability"]["tracer"]["startSpan"]>;

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of the OpenTelemetry API, which need not be loaded for two numbers. */
export const CLIENT = 2;
const ERROR = 2;

/** Gives a span the type of an error alone: messages may quote what was said, and content does not belong in a trace. */
export function failSpan(span: Span, error: unknown): void {
  const type = typeof error === "string" ? error : typeOf(error);
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- see ERROR
  span.setAttribute("error.type", type).setStatus({ code: ERROR, message: type });
  if (DadError.is(error, "BUDGET_EXHAUSTED")) span.setAttributes(budgetAttributes(error.details));
}

/** Which budget has refused a call, and how it stood. */
function budgetAttributes(details: DadError["details"]): Record<string, string | number> {
  const named = ["scope", "unit", "limit", "spent"].map((name) => [`dad.budget.${name}`, details[name]]);
  return Object.fromEntries(named.filter(([, value]) => typeof value === "string" || typeof value === "number"));
}

function typeOf(error: unknown): string {
  if (DadError.is(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}

/** The headers that tell a server of which span its work is a part. */
export function traceHeaders(span: Span): Readonly<Record<string, string>> {
  const { traceId, spanId, traceFlags } = span.spanContext();
  // Of a trace that nobody keeps: https://www.w3.org/TR/trace-context/#traceparent-header calls it invalid.
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return {};
  return { traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}` };
}

export interface SpanOptions {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Does the work under a span, which gets the type of what it throws. */
export async function inSpan<Result>(context: NodeContext, options: SpanOptions, work: (span: Span) => Promise<Result>): Promise<Result> {
  const attributes = { ...options.attributes, "dad.node.path": context.path };
  const span = context.observability.tracer.startSpan(options.name, { attributes });
  try {
    return await work(span);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}
