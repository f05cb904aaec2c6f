import type { ReportAttempt, ReportElement, ReportLog, ReportRun, ReportSpan, RunEvent, UnknownEvent } from "@dad/protocol";

/** Finds what belongs together in a run. Each index is made when it is first asked for. */
export interface RunIndex {
  readonly all: readonly ReportElement[];
  element(path: string): ReportElement | undefined;
  /** The nearest element around one: not every step of a path has one of its own. */
  around(path: string): string | undefined;
  /** The elements right below one, or below nothing, in the order in which they began. */
  elementsIn(path: string | undefined): readonly ReportElement[];
  span(id: string): ReportSpan | undefined;
  /** All spans that belong to an element itself, and not to one inside it. */
  spansOf(path: string | undefined): readonly ReportSpan[];
  /** The spans right below one. */
  spansIn(id: string): readonly ReportSpan[];
  /** Whether it is the span of an element or of an attempt, and not one of something that happened inside. */
  isOwn(span: ReportSpan): boolean;
  /** The attempt in which a span happened, as far as one is known. */
  attemptAround(span: ReportSpan): ReportAttempt | undefined;
  logsOf(path: string): readonly ReportLog[];
  logsOfSpan(id: string): readonly ReportLog[];
  /** What the journal has about an element itself. */
  eventsOf(path: string): readonly (RunEvent | UnknownEvent)[];
}

const NOTHING: readonly never[] = [];

export function runIndex(run: ReportRun): RunIndex {
  const elements = once(() => new Map(run.elements.map((element) => [element.path as string, element])));
  const element = (path: string) => elements().get(path);
  const inElement = once(() => groupedBy(run.elements, ({ path }) => parentPath(path, elements())));
  const spans = once(() => new Map(run.spans.map((span) => [span.spanId, span])));
  const span = (id: string) => spans().get(id);
  const spansByPath = once(() => groupedBy(run.spans, ({ path }) => (path !== undefined && element(path) ? (path as string) : undefined)));
  const spansByParent = once(() => groupedBy(run.spans, ({ parentSpanId }) => parentSpanId));
  const logs = once(() => groupedBy(run.logs, ({ path }) => path as string | undefined));
  const spanLogs = once(() => groupedBy(run.logs, ({ spanId }) => spanId));
  const events = once(() => groupedBy(run.events, (event) => (typeof event["path"] === "string" ? event["path"] : undefined)));
  const attempts = once(() => attemptsBySpan(run.elements));
  return {
    all: run.elements,
    element,
    around: (path) => parentPath(path, elements()),
    elementsIn: (path) => inElement().get(path) ?? NOTHING,
    span,
    spansOf: (path) => spansByPath().get(path) ?? NOTHING,
    spansIn: (id) => spansByParent().get(id) ?? NOTHING,
    isOwn: (given) =>
      attempts().has(given.spanId) || (!hasSpans(given.path === undefined ? undefined : element(given.path)) && isTopmost(given, span)),
    attemptAround: (given) => attemptAround(given, span, attempts()),
    logsOf: (path) => logs().get(path) ?? NOTHING,
    logsOfSpan: (id) => spanLogs().get(id) ?? NOTHING,
    eventsOf: (path) => events().get(path) ?? NOTHING,
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Map<string | undefined, Item[]> {
  const groups = new Map<string | undefined, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function parentPath(path: string, elements: ReadonlyMap<string, ReportElement>): string | undefined {
  for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) {
    const around = path.slice(0, end);
    if (elements.has(around)) return around;
  }
  return undefined;
}

function attemptsBySpan(elements: readonly ReportElement[]): Map<string, ReportAttempt> {
  const all = elements.flatMap(({ attempts = [] }) => attempts);
  return new Map(all.flatMap((attempt) => (attempt.spanId === undefined ? [] : [[attempt.spanId, attempt] as const])));
}

/** Of a node, it is on record which spans are those of its attempts. */
function hasSpans(element: ReportElement | undefined): boolean {
  return element?.attempts?.some(({ spanId }) => spanId !== undefined) ?? false;
}

/** It says itself which element it is of, and what is around it is of another one. */
function isTopmost(given: ReportSpan, span: (id: string) => ReportSpan | undefined): boolean {
  if (given.path === undefined || given.attributes["dad.node.path"] !== given.path) return false;
  return given.parentSpanId === undefined || span(given.parentSpanId)?.path !== given.path;
}

const MAX_DEPTH = 1000;

function attemptAround(given: ReportSpan, span: (id: string) => ReportSpan | undefined, attempts: ReadonlyMap<string, ReportAttempt>) {
  let current: ReportSpan | undefined = given;
  // A damaged file may have a circle.
  for (let depth = 0; current && depth < MAX_DEPTH; depth += 1) {
    const attempt = attempts.get(current.spanId);
    if (attempt) return attempt;
    current = current.parentSpanId === undefined ? undefined : span(current.parentSpanId);
  }
  return undefined;
}
