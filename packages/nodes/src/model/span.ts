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
}

function typeOf(error: unknown): string {
  if (DadError.is(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}
