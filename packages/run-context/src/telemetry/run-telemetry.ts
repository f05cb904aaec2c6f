import { type Observability, ROOT_CONTEXT, traceHeaders } from "@dad/observability";
import type { EventDraft, InputId, Json, NodePath, RunEnvParams, RunEvent, Traceparent } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import type { NodeHistory } from "../node-history.ts";
import { type AttemptTelemetry, attemptTelemetry } from "./attempt-telemetry.ts";
import { captured } from "./captured.ts";
import { eventLogs } from "./event-logs.ts";
import { goingAttempts } from "./going-attempts.ts";
import { runMetrics } from "./run-metrics.ts";
import type { AttemptHandle } from "./run-spans.ts";
import { traceProjection } from "./trace-projection.ts";

/**
 * What a run tells in traces, metrics and logs: a projection of what is put on record, and what the attempts of its nodes add to it. A span is
 * begun before the fact that says so is recorded, because that names it; all else is told once it is on record.
 */
export interface RunTelemetry {
  /** Begins what a fact says that begins. Gives the fact as it is to be recorded. */
  begins(draft: EventDraft): EventDraft;
  /** Tells a fact that is on record, or that is told without, and ends what it says that has ended. */
  tells(fact: RunEvent): void;
  /** Where in a trace the run is found, for its record. `undefined` where nobody traces. */
  place(): EventDraft | undefined;
  /** What an attempt that has begun tells of itself. */
  attempt(handle: AttemptHandle, options: { readonly isOver: () => boolean }): AttemptTelemetry;
  /** Puts what a node is told or gives into the span of its attempt, as far as that is wanted. */
  capture(handle: AttemptHandle, what: "input" | "output", value: Json): void;
  /** Nobody works on the run any more: what still goes on has ended. Gives whether anything did. */
  close(): boolean;
}

/** What is known of a run that goes on. */
export interface EarlierExecutions {
  readonly rootComponentId: string;
  /** The last span of the run. */
  readonly traceparent: Traceparent | undefined;
  readonly nodes: ReadonlyMap<NodePath, Pick<NodeHistory, "state" | "traceparent">>;
  /** What nobody has answered yet, and since when it is asked, in milliseconds since the epoch. */
  readonly asked: Iterable<readonly [InputId, number]>;
}

export interface RunTelemetryOptions {
  readonly observability: Observability;
  readonly redactor: Redactor | undefined;
  readonly env: RunEnvParams;
  /** What a component is, as far as that is on record. */
  readonly kindOf: (path: NodePath) => string | undefined;
  readonly earlier?: EarlierExecutions | undefined;
}

const NO_NODES: EarlierExecutions["nodes"] = new Map();

export function runTelemetry({ observability, redactor, env, kindOf, earlier }: RunTelemetryOptions): RunTelemetry {
  const { tracer, meter, logger, capture } = observability;
  const trace = traceProjection({ tracer, env, kindOf, earlier, nodes: earlier?.nodes ?? NO_NODES });
  const metrics = runMetrics({ meter, kindOf, earlier });
  const logs = eventLogs(logger, { messages: capture?.messages ?? false });
  const attempts = goingAttempts(earlier?.asked ?? []);
  return {
    begins: (draft) => trace.begins(draft),
    tells(fact) {
      trace.arrives(fact);
      logs(fact, () => trace.placeOf(fact as Partial<AttemptHandle>));
      const told = attempts.tells(fact);
      metrics.tells(fact, told);
      trace.ends(fact, told);
    },
    place() {
      const span = trace.run?.span;
      if (span === undefined || traceHeaders(span)["traceparent"] === undefined) return undefined;
      const { traceId, spanId } = span.spanContext();
      return { type: "trace.updated", traceId, spanId };
    },
    attempt(handle, { isOver }) {
      const going = attempts.of(handle);
      if (going?.tracked) return going.tracked;
      const made = attemptTelemetry(handle, { observability, redactor, metrics, isOver, place: trace.placeOf(handle) ?? ROOT_CONTEXT });
      if (going) going.tracked = made;
      return made;
    },
    capture(handle, what, value) {
      const [span, going] = [trace.attempt(handle)?.span, attempts.of(handle)];
      if (capture && going && span?.isRecording()) span.setAttributes(captured(what, value, { capture, redactor, cut: going.cut }));
    },
    close() {
      attempts.endAll();
      metrics.close();
      return trace.close();
    },
  };
}
