import { z } from "zod";
import { RunId } from "./id.ts";
import { SpanId, TraceId } from "./trace-context.ts";

const count = z.int().nonnegative();

/** What `dad trace push --json` prints: what of the telemetry of a run arrived elsewhere. */
export const PushReport = z.looseObject({
  format: z.literal("dad.push/1"),
  runId: RunId,
  signals: z.array(
    z.looseObject({
      signal: z.enum(["traces", "metrics", "logs"]),
      /** Where it was sent, without a query. */
      url: z.string(),
      /** Spans, log records, or states of instruments. */
      sent: count,
      requests: count,
      /** Of those that were sent: how many the receiver says it did not keep, and why. */
      rejected: count,
      reason: z.string().optional(),
      /** The numbers of lines that cannot be read. Not: a last line that is not whole. */
      damaged: z.array(z.int().positive()),
      /** The last line is not whole: somebody writes it, or was killed at it. */
      torn: z.boolean(),
    }),
  ),
  /** Spans that have begun and not ended. They were not sent. */
  unfinished: z.array(z.looseObject({ name: z.string(), traceId: TraceId, spanId: SpanId })),
});
export type PushReport = z.infer<typeof PushReport>;
