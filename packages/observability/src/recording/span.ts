import { type Link, type Span, type SpanContext, type SpanOptions, SpanStatusCode, type SpanStatus } from "@opentelemetry/api";
import { spanKindOf } from "../enumerations.ts";
import type { RecordedLink, RecordedSpan, RecordedSpanEvent, StartedSpan } from "../recorded.ts";
import type { RecordingLimits } from "./limits.ts";
import type { Mutable } from "./mutable.ts";
import { spanContextOf, stateText } from "./span-contexts.ts";
import { isTime, millisecondsOf } from "./time.ts";
import { attributesOf, type AttributeSet, exceptionAttributes, setAll, setOne, textOf } from "./values.ts";

export interface SpanIdentity {
  readonly name: unknown;
  readonly context: SpanContext;
  readonly parentSpanId?: string;
  readonly parentIsRemote?: boolean;
}

export interface SpanReceiver {
  readonly limits: RecordingLimits;
  readonly started?: (span: StartedSpan) => void;
  readonly ended: (span: RecordedSpan) => void;
}

/** What changes until the span ends. */
interface Growing {
  readonly begun: Mutable<StartedSpan>;
  readonly attributes: AttributeSet;
  readonly events: RecordedSpanEvent[];
  readonly links: RecordedLink[];
  readonly limits: RecordingLimits;
  status: SpanStatus;
  droppedEvents: number;
  droppedLinks: number;
}

/** A span that hands itself over when it ends, and cannot be changed afterwards. */
export function recordingSpan(identity: SpanIdentity, options: SpanOptions, receiver: SpanReceiver): Span {
  const { context } = identity;
  const growing = beginning(identity, options, receiver.limits);
  let ended = false;

  /** Each change gives the span back, as the API wants it. */
  function change(apply: () => unknown): Span {
    if (!ended) apply();
    return span;
  }

  const { attributes, limits } = growing;
  const span: Span = {
    spanContext: () => context,
    isRecording: () => !ended,
    setAttribute: (key, value) => change(() => setOne(attributes, key, value, limits)),
    setAttributes: (given) => change(() => setAll(attributes, given, limits)),
    addEvent: (name, attributesOrTime, time) => change(() => addEvent(growing, eventOf(name, { attributesOrTime, time }, limits))),
    addLink: (link) => change(() => addLink(growing, link)),
    addLinks: (given) => change(() => addLinks(growing, given)),
    setStatus: (given) => change(() => (growing.status = nextStatus(growing.status, given, limits))),
    updateName: (given) => change(() => (growing.begun.name = textOf(given, limits.bodyLength))),
    recordException: (exception, time) => void span.addEvent("exception", exceptionAttributes(exception), time),
    end(time) {
      if (ended) return;
      ended = true;
      receiver.ended(endOf(growing, millisecondsOf(time)));
    },
  };
  receiver.started?.(growing.begun);
  return span;
}

function beginning(identity: SpanIdentity, options: SpanOptions, limits: RecordingLimits): Growing {
  const { name, context, parentSpanId, parentIsRemote } = identity;
  const traceState = stateText(context.traceState);
  const attributes = attributesOf(options.attributes, limits);
  const links: RecordedLink[] = [];
  const begun: Mutable<StartedSpan> = {
    name: textOf(name, limits.bodyLength),
    kind: spanKindOf(options.kind),
    traceId: context.traceId,
    spanId: context.spanId,
    startTime: millisecondsOf(options.startTime),
    attributes: attributes.values,
    links,
  };
  if (traceState !== undefined) begun.traceState = traceState;
  if (parentSpanId !== undefined) begun.parentSpanId = parentSpanId;
  if (parentIsRemote) begun.parentIsRemote = true;
  const growing: Growing = {
    begun,
    attributes,
    events: [],
    links,
    limits,
    status: { code: SpanStatusCode.UNSET },
    droppedEvents: 0,
    droppedLinks: 0,
  };
  if (options.links) addLinks(growing, options.links);
  return growing;
}

function endOf({ begun, attributes, events, status, droppedEvents, droppedLinks }: Growing, time: number): RecordedSpan {
  const nothingDropped = attributes.dropped + droppedEvents + droppedLinks === 0;
  // The clock of the caller may differ from ours.
  const ended = { ...begun, endTime: Math.max(time, begun.startTime), status, events };
  return nothingDropped ? ended : { ...ended, dropped: { attributes: attributes.dropped, events: droppedEvents, links: droppedLinks } };
}

function addEvent(growing: Growing, event: RecordedSpanEvent): void {
  const { events, limits } = growing;
  if (limits.events > 0) events.push(event);
  if (events.length > limits.events) events.shift();
  else if (limits.events > 0) return;
  growing.droppedEvents += 1;
}

type EventDetails = { readonly attributesOrTime: unknown; readonly time: Parameters<Span["addEvent"]>[2] };

function eventOf(name: unknown, { attributesOrTime, time }: EventDetails, limits: RecordingLimits): RecordedSpanEvent {
  const told = textOf(name, limits.attributeLength);
  if (isTime(attributesOrTime)) return { name: told, time: millisecondsOf(attributesOrTime), attributes: {} };
  return { name: told, time: millisecondsOf(time), attributes: attributesOf(attributesOrTime, limits).values };
}

function addLinks(growing: Growing, given: unknown): void {
  if (Array.isArray(given)) for (const link of given as readonly Link[]) addLink(growing, link);
}

function addLink(growing: Growing, link: Link | undefined): void {
  // One that names no span is none.
  const context = spanContextOf(link?.context);
  if (context && growing.links.length < growing.limits.links)
    growing.links.push({ context, attributes: attributesOf(link?.attributes, growing.limits).values });
  else growing.droppedLinks += 1;
}

/** OK outranks ERROR, which outranks UNSET; only ERROR has a message. */
function nextStatus(current: SpanStatus, given: SpanStatus | undefined, limits: RecordingLimits): SpanStatus {
  const { code, message } = given ?? current;
  if (current.code === SpanStatusCode.OK || (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR)) return current;
  return code === SpanStatusCode.ERROR && message !== undefined ? { code, message: textOf(message, limits.bodyLength) } : { code };
}
