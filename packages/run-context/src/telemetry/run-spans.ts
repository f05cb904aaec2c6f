import {
  type Attributes,
  ATTRIBUTES,
  type Context,
  failSpan,
  type Link,
  LINKS,
  placeOf,
  type Span,
  type SpanContext,
  type Tracer,
} from "@dad/observability";
import type { ErrorEnvelope, NodePath, Traceparent } from "@dad/protocol";
import type { NodeHistory } from "../node-history.ts";
import { spanContextOf } from "./span-context.ts";
import { aroundPath, attemptFacts, type AttemptStart, componentFacts, type SpanFacts } from "./span-facts.ts";

/** An attempt of a node. */
export interface AttemptHandle {
  readonly path: NodePath;
  readonly attempt: number;
}

/** What goes on, and its span. */
export interface OpenSpan {
  readonly span: Span;
  /** Where what happens in it belongs. */
  readonly place: Context;
  /** Of a component or a block. */
  readonly kind?: string;
}

export interface RunSpansOptions {
  readonly tracer: Tracer;
  /** What a component is that was begun in an earlier execution. */
  readonly kindOf: (path: NodePath) => string | undefined;
  /** What is on record of nodes from earlier executions. */
  readonly nodes: ReadonlyMap<NodePath, Pick<NodeHistory, "state" | "traceparent">>;
}

/** How a span ends. Without an error, its status stays unset. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  readonly error?: Pick<ErrorEnvelope, "code"> | undefined;
}

/**
 * The spans of one execution of a run: one for the run, in that one for each component and block in which something happens, in these one for
 * each attempt of a node. Each ends with what it is in at the latest.
 */
export interface RunSpans {
  /** That of the run, from `beginRun` to `endRun`. */
  readonly run: OpenSpan | undefined;
  beginRun(facts: SpanFacts, link: Link | undefined): void;
  beginComponent(path: NodePath, kind: string): void;
  beginAttempt(started: AttemptStart, links?: readonly Link[]): OpenSpan;
  component(path: NodePath): OpenSpan | undefined;
  attempt(handle: AttemptHandle): OpenSpan | undefined;
  /** The nearest thing around an element that goes on. */
  around(path: NodePath): OpenSpan | undefined;
  endComponent(path: NodePath, end: SpanEnd): void;
  endAttempt(handle: AttemptHandle, end: SpanEnd): void;
  /** Ends all that still goes on. Gives whether anything did. */
  endRun(end: SpanEnd): boolean;
}

export function runSpans({ tracer, kindOf, nodes }: RunSpansOptions): RunSpans {
  const open = new Map<string, OpenSpan>();
  /** The last attempt of each node in this execution. */
  const last = new Map<NodePath, SpanContext>();
  /** Components that go on from an earlier execution: not all of them are told to end. */
  const goingOn = new Set<NodePath>();
  let run: OpenSpan | undefined;
  let root: NodePath | undefined;

  function start({ name, attributes }: SpanFacts, parent: OpenSpan | undefined, links: readonly Link[] = []): Pick<OpenSpan, "span" | "place"> {
    const options = links.length === 0 ? { attributes } : { attributes, links: [...links] };
    const span = parent ? tracer.startSpan(name, options, parent.place) : tracer.startSpan(name, options);
    return { span, place: placeOf(span) };
  }

  function around(path: NodePath): OpenSpan | undefined {
    const parent = aroundPath(path);
    if (parent === undefined) return run;
    const known = open.get(parent);
    if (known) return known;
    const kind = kindOf(parent);
    return kind === undefined ? around(parent) : beginIn(parent, kind, true);
  }

  function beginIn(path: NodePath, kind: string, goesOn: boolean): OpenSpan | undefined {
    const parent = around(path);
    if (!run || !parent) return undefined;
    // The run of a flow is what its root component does.
    const isRun = parent === run && kind === "flow" && (root ??= path) === path;
    const begun = isRun ? run : start(componentFacts({ path, kind, within: parent.kind }), parent);
    const own: OpenSpan = { ...begun, kind };
    if (goesOn) goingOn.add(path);
    open.set(path, own);
    return own;
  }

  /** An attempt before this one, of which it is the continuation, or the repetition. */
  function linkBefore({ path, attempt }: AttemptHandle): readonly Link[] {
    const earlier = last.get(path);
    if (earlier) return attempt > 1 ? [linkTo(earlier, LINKS.retryOf)] : [];
    const before = nodes.get(path);
    if (before?.traceparent === undefined) return [];
    const isBroken = before.state === "parked" || before.state === "started";
    return [linkTo(spanContextOf(before.traceparent), isBroken ? LINKS.continuedFrom : LINKS.retryOf)];
  }

  function end(key: string, how: SpanEnd): void {
    const ending = open.get(key);
    if (ending === undefined) return;
    open.delete(key);
    if (ending.span !== run?.span) endSpan(ending, how);
  }

  return {
    get run() {
      return run;
    },
    beginRun(facts, link) {
      run = start(facts, undefined, link ? [link] : []);
    },
    beginComponent: (path, kind) => void beginIn(path, kind, false),
    beginAttempt(started, links) {
      const begun = start(attemptFacts(started), around(started.path), links ?? linkBefore(started));
      open.set(keyOfAttempt(started), begun);
      last.set(started.path, begun.span.spanContext());
      return begun;
    },
    component: (path) => open.get(path),
    attempt: (handle) => open.get(keyOfAttempt(handle)),
    around,
    endComponent(path, how) {
      for (const inside of goingOn)
        if (inside.startsWith(`${path}.`)) {
          goingOn.delete(inside);
          end(inside, how);
        }
      goingOn.delete(path);
      end(path, how);
    },
    endAttempt: (handle, how) => end(keyOfAttempt(handle), how),
    endRun(how) {
      const ending = run;
      if (ending === undefined) return false;
      // The last that was begun is in what was begun before.
      for (const key of [...open.keys()].reverse()) end(key, how);
      run = undefined;
      endSpan(ending, how);
      return true;
    },
  };
}

export function keyOfAttempt({ path, attempt }: AttemptHandle): string {
  return `${path} ${attempt}`;
}

function endSpan({ span }: OpenSpan, { attributes, error }: SpanEnd): void {
  if (attributes) span.setAttributes(attributes);
  if (error) failSpan(span, error, { type: error.code });
  span.end();
}

export function linkTo(context: SpanContext, type: string): Link {
  return { context, attributes: { [ATTRIBUTES.dad.linkType]: type } };
}

/** A link to what a record names, where it names something. */
export function linkToRecorded(traceparent: Traceparent | undefined, type: string): Link | undefined {
  return traceparent === undefined ? undefined : linkTo(spanContextOf(traceparent), type);
}
