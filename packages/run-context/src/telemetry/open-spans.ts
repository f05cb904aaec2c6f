import {
  type Attributes,
  ATTRIBUTES,
  type Context,
  failSpan,
  type Link,
  namedSpan,
  placeOf,
  type Span,
  type SpanContext,
  type Tracer,
} from "@dad/observability";
import type { ErrorEnvelope, Traceparent } from "@dad/protocol";
import type { SpanFacts } from "./span-facts.ts";

/** What goes on, and its span. */
export interface OpenSpan {
  readonly span: Span;
  /** Where what happens in it belongs. */
  readonly place: Context;
  /** Of a component or a block. */
  readonly kind?: string;
}

/** How a span ends. Without an error, its status stays unset. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  readonly error?: Pick<ErrorEnvelope, "code"> | undefined;
}

/** How a span begins. */
export interface SpanStart {
  readonly facts: SpanFacts;
  /** Default: none. */
  readonly parent?: OpenSpan | undefined;
  readonly links?: readonly Link[];
}

/** Spans by what they are of, while that goes on. */
export interface OpenSpans {
  of(key: string): OpenSpan | undefined;
  begin(key: string, start: SpanStart, kind?: string): OpenSpan;
  /** What has the span of something else, which is not ended with it. */
  put(key: string, shared: OpenSpan): void;
  end(key: string, how: SpanEnd): void;
  /** Ends all of them, the last that was begun first: it is in what was begun before. Gives whether there was any. */
  endAll(how: SpanEnd): boolean;
}

export function openSpans(tracer: Tracer): OpenSpans {
  const open = new Map<string, OpenSpan>();
  const shared = new Set<string>();

  function end(key: string, how: SpanEnd): void {
    const ending = open.get(key);
    open.delete(key);
    if (ending && !shared.delete(key)) endSpan(ending.span, how);
  }

  return {
    of: (key) => open.get(key),
    begin(key, { facts: { name, attributes }, parent, links = [] }, kind) {
      const options = links.length === 0 ? { attributes } : { attributes, links: [...links] };
      const span = parent ? tracer.startSpan(name, options, parent.place) : tracer.startSpan(name, options);
      const begun = { span, place: placeOf(span), ...(kind === undefined ? {} : { kind }) };
      open.set(key, begun);
      return begun;
    },
    put(key, other) {
      shared.add(key);
      open.set(key, other);
    },
    end,
    endAll(how) {
      const keys = [...open.keys()].reverse();
      for (const key of keys) end(key, how);
      return keys.length > 0;
    },
  };
}

function endSpan(span: Span, { attributes, error }: SpanEnd): void {
  if (attributes) span.setAttributes(attributes);
  if (error) failSpan(span, error, { type: error.code });
  span.end();
}

/** A link to a span that a record names, where it names one. */
export function linksTo(traceparent: Traceparent | undefined, type: string): readonly Link[] {
  return traceparent === undefined ? [] : [linkTo(namedSpan(traceparent), type)];
}

export function linkTo(context: SpanContext, type: string): Link {
  return { context, attributes: { [ATTRIBUTES.dad.linkType]: type } };
}
