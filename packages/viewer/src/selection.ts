import type { ReportAttempt, ReportElement, ReportSpan } from "@dad/protocol";
import type { Route } from "./route.ts";
import type { RunIndex } from "./run-index.ts";

/** What somebody looks at: an element of the run, one attempt of it, or a span. */
export interface Selection {
  /** Of a span: the element that it belongs to, as far as there is one. */
  readonly element?: ReportElement | undefined;
  /** The one that was chosen, or else the last one. */
  readonly attempt?: ReportAttempt | undefined;
  /** The one that was chosen. */
  readonly span?: ReportSpan | undefined;
}

/** What a link chooses, `undefined` where it chooses nothing, and why it cannot be shown, when it cannot. */
export function selectionOf({ path, attempt, span }: Route, index: RunIndex): { readonly selection?: Selection; readonly problem?: string } {
  if (span !== undefined) return spanSelection(span, index);
  if (path === undefined) return {};
  const element = index.element(path);
  if (!element) return { problem: `This run has no element “${path}”.` };
  const last = element.attempts?.at(-1);
  const chosen = attempt === undefined ? last : element.attempts?.find((known) => known.attempt === attempt);
  if (attempt !== undefined && !chosen) return { selection: { element, attempt: last }, problem: `“${path}” has no attempt ${attempt}.` };
  return { selection: { element, attempt: chosen } };
}

function spanSelection(id: string, index: RunIndex): { readonly selection?: Selection; readonly problem?: string } {
  const span = index.span(id);
  if (!span) return { problem: `This run has no span “${id}”.` };
  const element = span.path === undefined ? undefined : index.element(span.path);
  const attempt = element?.attempts?.find((known) => known.spanId === id) ?? index.attemptAround(span);
  return { selection: { element, attempt: attempt ?? element?.attempts?.at(-1), span } };
}
