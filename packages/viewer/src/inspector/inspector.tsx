import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { ElementInspector } from "./element-inspector.tsx";
import { SpanInspector } from "./span-inspector.tsx";

export interface InspectorProps {
  readonly store: Store;
  /** What is looked at: an element of the run, one of its attempts, or a span. */
  readonly selection: Selection;
  /** The part of it that the link names: `#/node/a.b?tab=logs`. */
  readonly tab?: string | undefined;
}

/** All that is known of what is chosen. */
export function Inspector({ store, selection, tab }: InspectorProps) {
  const { element, span, attempt } = selection;
  if (span) return <SpanInspector key={span.spanId} store={store} span={span} selection={selection} />;
  if (!element) return null;
  return <ElementInspector key={`${element.path} ${attempt?.attempt}`} store={store} element={element} attempt={attempt} tab={tab} />;
}
