import { z } from "zod";
import type { ExecutionId } from "./id.ts";

/** 16 bytes in hexadecimal, not all zero. W3C Trace Context. */
export const TraceId = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/);

/** The trace of a run that nobody else has begun one for. */
export function traceIdOf(executionId: ExecutionId): string {
  return executionId.replaceAll("-", "");
}

/** 8 bytes in hexadecimal, not all zero. W3C Trace Context. */
export const SpanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/);

/** Names one span of one trace, as the header `traceparent` does: https://www.w3.org/TR/trace-context/#traceparent-header. */
export const Traceparent = z.string().regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/);
export type Traceparent = z.infer<typeof Traceparent>;
