import type { NodeStatus, ReportAttempt, ReportElement, ReportRun, ReportSpan } from "@dad/protocol";
import type { RunIndex } from "../run-index.ts";
import { memoized } from "../memoized.ts";

/** A line of the tree and of the chart beside it: an element of the run, one of several attempts of it, or a span. */
export interface Row {
  readonly key: string;
  readonly kind: "element" | "attempt" | "span";
  readonly label: string;
  /** The kind of an element, or the type of a node. */
  readonly type: string;
  readonly status: NodeStatus;
  readonly start: number | null;
  readonly end: number | null;
  readonly depth: number;
  readonly parent?: Row | undefined;
  readonly element?: ReportElement | undefined;
  readonly attempt?: ReportAttempt | undefined;
  readonly span?: ReportSpan | undefined;
}

/** The rows of a run. Those below a row are made when they are asked for. */
export interface RunRows {
  readonly roots: readonly Row[];
  childrenOf(row: Row): readonly Row[];
  hasChildren(row: Row): boolean;
}

export function elementKey(path: string): string {
  return `e:${path}`;
}

export function attemptKey(path: string, attempt: number): string {
  return `a:${path}#${attempt}`;
}

export function spanKey(id: string): string {
  return `s:${id}`;
}

export function runRows(run: ReportRun, index: RunIndex): RunRows {
  const childrenOf = memoized((row: Row) => rowsBelow(row, index));
  return {
    roots: [...index.elementsIn(undefined).map((element) => elementRow(element)), ...looseSpans(run, index).map((span) => spanRow(span))],
    childrenOf,
    hasChildren: (row) => hasRowsBelow(row, index),
  };
}

/** Whether it failed, and that was not made good: nobody handled it, and what is around it did not complete in spite of it. */
export function isCritical(row: Row): boolean {
  if (row.status !== "failed" || (row.attempt && row.kind === "attempt" && row.attempt !== row.element?.attempts?.at(-1))) return false;
  for (let around: Row | undefined = row; around; around = around.parent) {
    if (around.status === "completed" || (around.kind === "element" && around.element?.handled !== undefined)) return false;
  }
  return true;
}

function elementRow(element: ReportElement, parent?: Row): Row {
  const { path, kind, status, start, end, attempts } = element;
  const label = parent?.element && path.startsWith(`${parent.element.path}.`) ? path.slice(parent.element.path.length + 1) : path;
  const type = attempts?.findLast((attempt) => attempt.nodeType !== undefined)?.nodeType ?? kind;
  return { key: elementKey(path), kind: "element", label, type, status, start, end, depth: depthBelow(parent), parent, element };
}

function attemptRow(attempt: ReportAttempt, parent: Row): Row {
  const { status, start, end } = attempt;
  const key = attemptKey(parent.element?.path ?? "", attempt.attempt);
  const label = `attempt ${attempt.attempt}`;
  return { key, kind: "attempt", label, type: parent.type, status, start, end, depth: depthBelow(parent), parent, element: parent.element, attempt };
}

function spanRow(span: ReportSpan, parent?: Row): Row {
  const { spanId, name, start, end, status } = span;
  const known: NodeStatus = status === "error" ? "failed" : end === null ? "running" : "completed";
  const operation = span.attributes["gen_ai.operation.name"];
  const type = typeof operation === "string" ? operation : (name.split(" ")[0] ?? "");
  const around = { element: parent?.element, attempt: parent?.attempt };
  return { key: spanKey(spanId), kind: "span", label: name, type, status: known, start, end, depth: depthBelow(parent), parent, ...around, span };
}

function depthBelow(parent: Row | undefined): number {
  return parent ? parent.depth + 1 : 0;
}

function rowsBelow(row: Row, index: RunIndex): readonly Row[] {
  if (row.span) return inOrder(spansBelow(row.span, index)).map((span) => spanRow(span, row));
  const { element } = row;
  if (!element) return [];
  if (row.attempt) return inOrder(spansOfAttempt(element, row.attempt, index)).map((span) => spanRow(span, row));
  const elements = index.elementsIn(element.path).map((inner) => elementRow(inner, row));
  if (hasSeveralAttempts(element)) return [...elements, ...(element.attempts ?? []).map((attempt) => attemptRow(attempt, row))];
  return [...elements, ...inOrder(topSpansOf(element.path, index)).map((span) => spanRow(span, row))];
}

function hasRowsBelow({ span, attempt, element }: Row, index: RunIndex): boolean {
  if (span) return index.spansIn(span.spanId).some((inner) => isBelow(inner, span, index));
  if (!element) return false;
  if (attempt) return spansOfAttempt(element, attempt, index).length > 0;
  return index.elementsIn(element.path).length > 0 || hasSeveralAttempts(element) || index.spansOf(element.path).some((inner) => !index.isOwn(inner));
}

function hasSeveralAttempts({ attempts = [] }: ReportElement): boolean {
  return attempts.length > 1;
}

/** What happened in an element itself and in no other span of its own. */
function topSpansOf(path: string, index: RunIndex): ReportSpan[] {
  return index.spansOf(path).filter((span) => !index.isOwn(span) && !isInside(span, index));
}

function isInside(span: ReportSpan, index: RunIndex): boolean {
  const around = span.parentSpanId === undefined ? undefined : index.span(span.parentSpanId);
  return around !== undefined && around !== span && around.path === span.path && !index.isOwn(around);
}

function spansOfAttempt({ path, attempts = [] }: ReportElement, attempt: ReportAttempt, index: RunIndex): ReportSpan[] {
  const last = attempts.at(-1);
  // What nobody knows the attempt of is shown with the last one.
  return topSpansOf(path, index).filter((span) => (index.attemptAround(span) ?? last) === attempt);
}

function spansBelow(span: ReportSpan, index: RunIndex): ReportSpan[] {
  return index.spansIn(span.spanId).filter((inner) => isBelow(inner, span, index));
}

function isBelow(inner: ReportSpan, around: ReportSpan, index: RunIndex): boolean {
  return inner !== around && inner.path === around.path && !index.isOwn(inner);
}

/** Spans of no element: not that of the run itself, which is the whole chart, but what happened in it. */
function looseSpans(run: ReportRun, index: RunIndex): ReportSpan[] {
  const loose = index.spansOf(undefined);
  const isRun = (span: ReportSpan) => span.attributes["dad.run.id"] === run.details.runId && span.parentSpanId === undefined;
  const tops = loose.filter((span) => {
    const around = span.parentSpanId === undefined ? undefined : index.span(span.parentSpanId);
    return !around || around === span || around.path !== span.path || isRun(around);
  });
  return inOrder(tops.filter((span) => !isRun(span)));
}

function inOrder(spans: readonly ReportSpan[]): ReportSpan[] {
  return spans.toSorted((left, right) => left.start - right.start);
}
