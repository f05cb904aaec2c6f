import type { TelemetryOrigin, TelemetrySink } from "../telemetry-sink.ts";
import { beginnings } from "./beginnings.ts";
import type { TelemetryFileError } from "./errors.ts";
import { telemetryFiles } from "./files.ts";
import { lineWriter } from "./lines.ts";
import { recover } from "./recovery.ts";

export interface JsonlSinkOptions {
  /** Made, with those above it, when the first line is written. */
  readonly directory: string;
  readonly origin: TelemetryOrigin;
  /** Told once, at the first line that cannot be written. */
  readonly onTrouble?: ((error: TelemetryFileError) => void) | undefined;
}

export interface JsonlSink extends TelemetrySink {
  /** How many lines could not be written so far. */
  readonly lost: number;
}

/**
 * Keeps what is recorded in `trace.jsonl`, `logs.jsonl` and `metrics.jsonl` of a directory: OTLP as JSON, one value for each line, as
 * https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/ has it. A span that has ended and a log record are with the operating
 * system when the call returns: whatever becomes of the process, they are not lost.
 *
 * A span that is open when control comes back to the event loop, or when something is written that names it, has a record in
 * `logs.jsonl` that it started. So every span that the files name is in them. Where an earlier process left spans open, they are ended
 * at the last time that it told of, with the status ERROR and `dad.recovered`, before anything else is written.
 */
export function jsonlSink({ directory, origin, onTrouble }: JsonlSinkOptions): JsonlSink {
  const lines = lineWriter(origin);
  const files = telemetryFiles(directory, { onTrouble, envelopes: lines.envelopes, recovered: () => recover(directory).map(lines.span) });
  const open = beginnings(writeBeginnings);

  function writeBeginnings(): void {
    const spans = open.take();
    if (spans.length > 0) files.append("logs.jsonl", spans.map(lines.started));
  }

  return {
    started: (span) => open.add(span),
    span(span) {
      open.ended(span.spanId);
      if (open.has(span.parentSpanId)) writeBeginnings();
      files.append("trace.jsonl", [lines.span(span)]);
    },
    log(log) {
      const spans = open.has(log.spanId) ? open.take() : [];
      files.append("logs.jsonl", [...spans.map(lines.started), lines.log(log)]);
    },
    metrics: (snapshot) => files.append("metrics.jsonl", [lines.metrics(snapshot)]),
    async flush() {
      writeBeginnings();
    },
    async [Symbol.asyncDispose]() {
      writeBeginnings();
      files.close();
    },
    get lost() {
      return files.lost();
    },
  };
}
