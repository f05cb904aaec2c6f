import type { Logger, Meter, Tracer } from "@opentelemetry/api";

/** Contents are what people and models say, and what nodes are told and give. */
export interface ContentCapture {
  /** What models are told and say, and the arguments and results of tools. */
  readonly messages: boolean;
  /** Of the input and the output of nodes: these members, by JSON Pointer (`""`: the whole). */
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** Of each of them, in characters. What is longer is cut. */
  readonly maxLength: number;
}

/** How much of what a command writes is logged, of each of its two streams. Default: 1,000 lines and 64 KiB. */
export interface CommandOutputLimits {
  /** 0: nothing is. */
  readonly lines?: number | undefined;
  readonly bytes?: number | undefined;
}

/**
 * Port: traces, metrics and logs of one run. The three members are the OpenTelemetry API itself, so
 * that any instrumentation written for it works unchanged. Nothing is global: the parent of a span is
 * the context that `startSpan` is given, or none (`startActiveSpan` makes no context active), and the
 * host's own OpenTelemetry set-up is neither used nor touched.
 *
 * No method throws, whatever it is given and also after disposal: telling what a run does must not fail
 * it. Disposal may be repeated; what is recorded afterwards is lost, so `flush` before it.
 *
 * Adapters: `@dad/observability/noop`, `/memory`, `/jsonl`, `/host`; over several sinks: `recordingObservability`.
 */
export interface Observability extends AsyncDisposable {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  /** Which contents may be recorded, for who has some. Absent: none, only what names them. */
  readonly capture?: ContentCapture | undefined;
  /** What may be logged of what commands write, for who executes some. */
  readonly commandOutput?: CommandOutputLimits | undefined;
  /**
   * Resolves when all that was recorded before the call has been handed over, or the signal is aborted.
   * It never rejects: what cannot be handed over, or not in time, is given up.
   */
  flush(options?: { readonly signal?: AbortSignal }): Promise<void>;
}
