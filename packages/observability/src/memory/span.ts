import {
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";
import type { RecordedLink, RecordedSpan, RecordedSpanEvent } from "../recorded.ts";
import { attributesOf, exceptionAttributes } from "./attributes.ts";
import { isTime, millisecondsOf } from "./time.ts";

export interface SpanIdentity {
  readonly context: SpanContext;
  readonly parentSpanId?: string;
}

/** A span that hands itself over when it ends, and cannot be changed afterwards. */
export function recordingSpan(
  name: string,
  { context, parentSpanId, ...options }: SpanIdentity & SpanOptions,
  hand: (span: RecordedSpan) => void,
): Span {
  const startTime = millisecondsOf(options.startTime);
  const attributes = attributesOf(options.attributes);
  const events: RecordedSpanEvent[] = [];
  const links = (options.links ?? []).map(linkOf);
  let status: SpanStatus = { code: SpanStatusCode.UNSET };
  let ended = false;

  /** Each change gives the span back, as the API wants it. */
  function change(apply: () => void): Span {
    if (!ended) apply();
    return span;
  }

  const span: Span = {
    spanContext: () => context,
    isRecording: () => !ended,
    setAttribute: (key, value) => change(() => Object.assign(attributes, attributesOf({ [key]: value }))),
    setAttributes: (given) => change(() => Object.assign(attributes, attributesOf(given))),
    addEvent: (name, attributesOrTime, time) => change(() => events.push(eventOf(name, attributesOrTime, time))),
    addLink: (link) => change(() => links.push(linkOf(link))),
    addLinks: (given) => change(() => links.push(...given.map(linkOf))),
    setStatus: (given) => change(() => (status = nextStatus(status, given))),
    updateName: (given) => change(() => (name = given)),
    recordException: (exception, time) => void change(() => events.push(eventOf("exception", exceptionAttributes(exception), time))),
    end(time) {
      if (ended) return;
      ended = true;
      const { traceId, spanId } = context;
      const parent = parentSpanId === undefined ? {} : { parentSpanId };
      const { kind = SpanKind.INTERNAL } = options;
      hand({ name, kind, traceId, spanId, ...parent, startTime, endTime: millisecondsOf(time), attributes, status, events, links });
    },
  };
  return span;
}

function eventOf(name: string, attributesOrTime: unknown, time: Parameters<Span["addEvent"]>[2]): RecordedSpanEvent {
  if (isTime(attributesOrTime)) return { name, time: millisecondsOf(attributesOrTime), attributes: {} };
  return { name, time: millisecondsOf(time), attributes: attributesOf(attributesOrTime as Attributes | undefined) };
}

function linkOf({ context, attributes }: Link): RecordedLink {
  return { context, attributes: attributesOf(attributes) };
}

/** OK outranks ERROR, which outranks UNSET; only ERROR has a message. */
function nextStatus(current: SpanStatus, { code, message }: SpanStatus): SpanStatus {
  if (current.code === SpanStatusCode.OK || code === SpanStatusCode.UNSET) return current;
  return code === SpanStatusCode.ERROR && message !== undefined ? { code, message } : { code };
}
