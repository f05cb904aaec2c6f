import { SeverityNumber, SpanKind, SpanStatusCode } from "@opentelemetry/api";

const KINDS = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER] as const;
const CODES = [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR] as const;

/** As the API numbers them. What is none is INTERNAL. */
export function spanKindOf(given: unknown): SpanKind {
  return (typeof given === "number" ? KINDS[given] : undefined) ?? SpanKind.INTERNAL;
}

/** What is none is UNSET. */
export function statusCodeOf(given: unknown): SpanStatusCode {
  return (typeof given === "number" ? CODES[given] : undefined) ?? SpanStatusCode.UNSET;
}

/** `undefined` for what is none, and for UNSPECIFIED. */
export function severityNumberOf(given: unknown): SeverityNumber | undefined {
  const name = typeof given === "number" ? (SeverityNumber[given] as keyof typeof SeverityNumber | undefined) : undefined;
  return name === undefined || name === "UNSPECIFIED" ? undefined : SeverityNumber[name];
}
