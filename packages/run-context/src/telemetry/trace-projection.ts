import { type Attributes, ATTRIBUTES, type Context, type Link, LINKS, traceHeaders } from "@dad/observability";
import type { ErrorEnvelope, EventDraft, NodePath, RunEnvParams, RunEvent, Traceparent } from "@dad/protocol";
import type { ToldOfAttempts } from "./going-attempts.ts";
import { linksTo, type OpenSpan } from "./open-spans.ts";
import { type AttemptHandle, runSpans, type RunSpans, type RunSpansOptions } from "./run-spans.ts";
import {
  type AttemptEnd,
  attemptEndAttributes,
  attemptEndOf,
  componentEndOf,
  INTERRUPTED,
  isolationAttributes,
  nodeTypeOf,
  outcomeAttributes,
  runEndAttributes,
  runEndOf,
  runFacts,
} from "./span-facts.ts";

/** The trace of a run, as a projection of what is on record. */
export interface TraceProjection {
  /** Begins the span of what a fact says that begins. Gives the fact as it is to be recorded. */
  begins(draft: EventDraft): EventDraft;
  /** A fact is on record. What it says the end of goes on until `ends`. */
  arrives(fact: RunEvent): void;
  /** Ends the span of what a fact says that has ended. */
  ends(fact: RunEvent, told: ToldOfAttempts): void;
  /** Where something happens. What goes on no more is in what goes on around it. */
  placeOf(at: Partial<AttemptHandle>): Context | undefined;
  attempt(handle: AttemptHandle): OpenSpan | undefined;
  /** The span of the run, also after its end. */
  readonly run: OpenSpan | undefined;
  /** Nobody works on the run any more. Gives whether anything still went on. */
  close(): boolean;
}

export interface TraceProjectionOptions extends RunSpansOptions {
  readonly env: RunEnvParams;
  /** Of a run that goes on: its root component, and its last span. */
  readonly earlier: { readonly rootComponentId: string; readonly traceparent: Traceparent | undefined } | undefined;
}

/** How a run ends that nobody recorded the end of. */
const UNRECORDED = { attributes: { [ATTRIBUTES.dad.runStatus]: "interrupted" }, error: { code: INTERRUPTED } };

export function traceProjection({ env, earlier, ...options }: TraceProjectionOptions): TraceProjection {
  const spans = runSpans(options);
  /** Also of what is told after its end. */
  let run: OpenSpan | undefined;
  /** Below a run that nobody records, nothing is. */
  const isTraced = (): boolean => spans.run?.span.isRecording() === true;

  function beginRun(rootComponentId: string, links: readonly Link[]): void {
    run = spans.beginRun(runFacts(env, rootComponentId), links);
  }

  return {
    begins(draft) {
      if (draft.type === "run.started") beginRun(draft.rootComponentId, linksTo(draft.rerun?.traceparent, LINKS.rerunOf));
      else if (draft.type === "run.resumed") beginRun(earlier?.rootComponentId ?? "", linksTo(earlier?.traceparent, LINKS.continuedFrom));
      else if (!isTraced()) return draft;
      else if (draft.type === "component.started") spans.beginComponent(draft.path, draft.kind);
      else if (draft.type === "node.started") return { ...draft, ...named(spans.beginAttempt(draft)) };
      return draft;
    },
    arrives(fact) {
      const end = isTraced() ? attemptEndOf(fact) : undefined;
      // What was executed elsewhere has a span as well, which says where.
      if (end && !spans.attempt(end)) spans.beginAttempt({ ...end, effect: undefined, nodeType: nodeTypeOf(end) ?? "node" }, linksToOrigin(end));
    },
    ends(fact, told) {
      if (isTraced()) endIn(spans, fact, told);
    },
    placeOf: ({ path, attempt }) => (path !== undefined && isTraced() ? placeIn(spans, path, attempt) : undefined) ?? run?.place,
    attempt: (handle) => spans.attempt(handle),
    get run() {
      return run;
    },
    close: () => spans.endRun(UNRECORDED),
  };
}

function placeIn(spans: RunSpans, path: NodePath, attempt: number | undefined): Context | undefined {
  const own = (attempt === undefined ? undefined : spans.attempt({ path, attempt })) ?? spans.component(path);
  return (own ?? spans.around(path))?.place;
}

function named({ span }: OpenSpan): { readonly traceparent?: Traceparent } {
  const { traceparent } = traceHeaders(span);
  return traceparent === undefined ? {} : { traceparent };
}

function linksToOrigin(end: AttemptEnd): readonly Link[] {
  const origin = end.type === "node.completed" || end.type === "node.failed" ? end.origin : undefined;
  return linksTo(origin?.traceparent, LINKS.reusedFrom);
}

function endIn(spans: RunSpans, fact: RunEvent, told: ToldOfAttempts): void {
  const [attempt, component, run] = [attemptEndOf(fact), componentEndOf(fact), runEndOf(fact)];
  if (attempt) spans.endAttempt(attempt, { attributes: attemptAttributes(attempt, told), error: errorOf(attempt) });
  else if (component) spans.endComponent(component.path, { error: errorOf(component) });
  else if (run) spans.endRun({ attributes: runEndAttributes(run), error: errorOf(run) });
  else if (fact.type === "outcome.committed" && fact.path === undefined) spans.run?.span.setAttributes(outcomeAttributes(fact.outcome));
  // That of a node, its own span says.
  else if (fact.type === "isolation.opened" && fact.path === undefined) spans.run?.span.setAttributes(isolationAttributes(fact.isolation));
}

/** Which failed. What was cancelled, or waits, did not. */
function errorOf(end: { readonly type: string; readonly error?: ErrorEnvelope | undefined }): ErrorEnvelope | undefined {
  return end.type.endsWith(".failed") ? end.error : undefined;
}

function attemptAttributes(end: AttemptEnd, { ended }: ToldOfAttempts): Attributes {
  const attributes = attemptEndAttributes(end);
  if (ended && ended.waitedMs > 0) attributes[ATTRIBUTES.dad.waitDuration] = ended.waitedMs / 1000;
  return attributes;
}
