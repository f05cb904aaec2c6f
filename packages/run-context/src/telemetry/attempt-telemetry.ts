import {
  ATTRIBUTES,
  type Context,
  failSpan,
  type Log,
  logAt,
  type Logger,
  type Observability,
  OPERATIONS,
  passingTracer,
  type Span,
  type Tracer,
  under,
  wrappingTracer,
} from "@dad/observability";
import type { IsolationSpace } from "@dad/isolation";
import type { Redactor } from "@dad/secrets";
import type { AttemptHandle } from "./run-spans.ts";
import { type CommandMetrics, tracedSpace } from "./traced-space.ts";

/** How often something asked models, and executed tools. */
export interface CallCounts {
  inference: number;
  tools: number;
}

/** What an attempt of a node tells of itself: all of it is at its place in the trace, and none of it once it is over. */
export interface AttemptTelemetry {
  readonly observability: Observability;
  readonly log: Log;
  /** The same space, whose commands are told as what this attempt does. */
  space(space: IsolationSpace): IsolationSpace;
}

export interface AttemptTelemetryOptions {
  readonly observability: Observability;
  readonly redactor: Redactor | undefined;
  readonly place: Context;
  readonly metrics: CommandMetrics;
  /** Whether nothing more belongs to the attempt. */
  readonly isOver: () => boolean;
}

export interface TrackedAttempt extends AttemptTelemetry {
  readonly calls: Readonly<CallCounts>;
  /** Ends what it has begun and not ended. */
  readonly end: () => void;
}

export function attemptTelemetry({ path, attempt }: AttemptHandle, options: AttemptTelemetryOptions): TrackedAttempt {
  const { observability: whole, redactor, place, metrics, isOver } = options;
  const { tracer, begun, calls } = trackedTracer(whole.tracer, isOver);
  const logger = loggerUntil(isOver, whole.logger, place);
  const attributes = { [ATTRIBUTES.dad.nodePath]: path, [ATTRIBUTES.dad.nodeAttempt]: attempt };
  return {
    observability: under({ ...whole, tracer, logger }, place),
    log: logAt(logger, { context: place, attributes }),
    space: (space) => tracedSpace(space, { tracer, logger, redactor, place, attributes, metrics, limits: whole.commandOutput }),
    calls,
    end() {
      for (const span of begun) {
        if (!span.isRecording()) continue;
        failSpan(span, undefined, { type: "ATTEMPT_OVER" });
        span.end();
      }
      begun.length = 0;
    },
  };
}

/** From so many spans on, those that have ended are looked for. */
const MANY = 1_024;

function trackedTracer(tracer: Tracer, isOver: () => boolean) {
  const begun: Span[] = [];
  let most = MANY;

  function keep(span: Span): void {
    begun.push(span);
    if (begun.length < most) return;
    // An attempt may last, and begin any number of them: what has ended is not kept in memory until all of it has.
    const going = begun.filter((one) => one.isRecording());
    begun.length = 0;
    for (const one of going) begun.push(one);
    most = Math.max(MANY, 2 * going.length);
  }

  const calls: CallCounts = { inference: 0, tools: 0 };
  const tracked = wrappingTracer((name, options, context) => {
    if (isOver()) return passingTracer().startSpan(name, options, context);
    const operation = options.attributes?.[ATTRIBUTES.genAi.operationName];
    if (operation === OPERATIONS.chat) calls.inference += 1;
    // A command is executed by a tool, or by the node itself.
    else if (operation === OPERATIONS.executeTool && options.attributes?.[ATTRIBUTES.process.executableName] === undefined) calls.tools += 1;
    const span = tracer.startSpan(name, options, context);
    if (span.isRecording()) keep(span);
    return span;
  });
  return { tracer: tracked, begun, calls };
}

function loggerUntil(isOver: () => boolean, logger: Logger, place: Context): Logger {
  return {
    emit(record) {
      if (!isOver()) logger.emit(record.context ? record : { ...record, context: place });
    },
    enabled: (options) => !isOver() && logger.enabled(options),
  };
}
