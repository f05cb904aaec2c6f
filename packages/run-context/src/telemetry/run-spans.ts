import { type Link, LINKS, type SpanContext, type Tracer } from "@dad/observability";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory } from "../node-history.ts";
import { linksTo, linkTo, type OpenSpan, type OpenSpans, openSpans, type SpanEnd } from "./open-spans.ts";
import { aroundPath, attemptFacts, type AttemptStart, componentFacts, type SpanFacts } from "./span-facts.ts";

/** An attempt of a node. */
export interface AttemptHandle {
  readonly path: NodePath;
  readonly attempt: number;
}

export function keyOfAttempt({ path, attempt }: AttemptHandle): string {
  return `${path} ${attempt}`;
}

/** Whether the next attempt of a node, in another execution, goes on with what the last one began: it waited, or was broken off. */
export function isContinued({ state }: Pick<NodeHistory, "state">): boolean {
  return state === "parked" || state === "started";
}

export interface RunSpansOptions {
  readonly tracer: Tracer;
  /** What a component is, as far as that is on record. */
  readonly kindOf: (path: NodePath) => string | undefined;
  /** What is on record of nodes from earlier executions. */
  readonly nodes: ReadonlyMap<NodePath, Pick<NodeHistory, "state" | "traceparent">>;
}

/**
 * The spans of one execution of a run: one for the run, in that one for each component and block in which something happens, in these one for
 * each attempt of a node. All that is in something ends with it at the latest.
 */
export interface RunSpans extends ComponentSpans, AttemptSpans {
  /** That of the run, from `beginRun` to `endRun`. */
  readonly run: OpenSpan | undefined;
  beginRun(facts: SpanFacts, links: readonly Link[]): OpenSpan;
  /** Ends all that still goes on. Gives whether anything did. */
  endRun(end: SpanEnd): boolean;
}

const RUN = "";

export function runSpans({ tracer, kindOf, nodes }: RunSpansOptions): RunSpans {
  const run = openSpans(tracer);
  const inside = openSpans(tracer);
  const components = componentSpans(inside, { run: () => run.of(RUN), kindOf });
  return {
    ...components,
    ...attemptSpans(inside, { around: (path) => components.around(path), nodes }),
    get run() {
      return run.of(RUN);
    },
    beginRun: (facts, links) => run.begin(RUN, { facts, links }),
    endRun(end) {
      inside.endAll(end);
      return run.endAll(end);
    },
  };
}

interface ComponentSpans {
  component(path: NodePath): OpenSpan | undefined;
  beginComponent(path: NodePath, kind: string): void;
  endComponent(path: NodePath, end: SpanEnd): void;
  /** The nearest thing around an element that goes on. What was begun in an earlier execution goes on from now on. */
  around(path: NodePath): OpenSpan | undefined;
}

interface ComponentSpansOptions extends Pick<RunSpansOptions, "kindOf"> {
  readonly run: () => OpenSpan | undefined;
}

function componentSpans(spans: OpenSpans, { run, kindOf }: ComponentSpansOptions): ComponentSpans {
  /** Of those that go on from an earlier execution, it is not always told that they end. What is around others comes before them. */
  const goingOn = new Set<NodePath>();

  function around(path: NodePath): OpenSpan | undefined {
    const parent = aroundPath(path);
    if (parent === undefined) return run();
    const kind = spans.of(parent) ? undefined : kindOf(parent);
    if (kind === undefined) return spans.of(parent) ?? around(parent);
    const begun = begin(parent, kind);
    goingOn.add(parent);
    return begun;
  }

  function begin(path: NodePath, kind: string): OpenSpan | undefined {
    const parent = around(path);
    if (parent === undefined) return undefined;
    // The run of a flow is what its root component does.
    if (aroundPath(path) !== undefined || kind !== "flow")
      return spans.begin(path, { facts: componentFacts({ path, kind, within: parent.kind }), parent }, kind);
    const shared = { ...parent, kind };
    spans.put(path, shared);
    return shared;
  }

  return {
    component: (path) => spans.of(path),
    around,
    beginComponent: (path, kind) => void begin(path, kind),
    endComponent(path, end) {
      for (const other of [...goingOn].reverse()) {
        if (!other.startsWith(`${path}.`)) continue;
        goingOn.delete(other);
        spans.end(other, end);
      }
      goingOn.delete(path);
      spans.end(path, end);
    },
  };
}

interface AttemptSpans {
  attempt(handle: AttemptHandle): OpenSpan | undefined;
  /** Default for the links: to the attempt of which it is the continuation, or the repetition. */
  beginAttempt(start: AttemptStart, links?: readonly Link[]): OpenSpan;
  endAttempt(handle: AttemptHandle, end: SpanEnd): void;
}

interface AttemptSpansOptions extends Pick<RunSpansOptions, "nodes"> {
  readonly around: (path: NodePath) => OpenSpan | undefined;
}

function attemptSpans(spans: OpenSpans, { around, nodes }: AttemptSpansOptions): AttemptSpans {
  /** The last attempt of each node in this execution. */
  const last = new Map<NodePath, SpanContext>();

  function linksBefore({ path }: AttemptHandle): readonly Link[] {
    const earlier = last.get(path);
    if (earlier) return [linkTo(earlier, LINKS.retryOf)];
    const before = nodes.get(path);
    if (before === undefined) return [];
    return linksTo(before.traceparent, isContinued(before) ? LINKS.continuedFrom : LINKS.retryOf);
  }

  return {
    attempt: (handle) => spans.of(keyOfAttempt(handle)),
    beginAttempt(start, links = linksBefore(start)) {
      const begun = spans.begin(keyOfAttempt(start), { facts: attemptFacts(start), parent: around(start.path), links });
      last.set(start.path, begun.span.spanContext());
      return begun;
    },
    endAttempt: (handle, end) => spans.end(keyOfAttempt(handle), end),
  };
}
