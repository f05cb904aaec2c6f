import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";

export interface InspectorProps {
  readonly store: Store;
  /** What is looked at: an element of the run, one of its attempts, or a span. */
  readonly selection: Selection;
  /** The part of it that the link names: `#/node/a.b?tab=logs`. Which there are, and which is the first, is a matter of the inspector. */
  readonly tab?: string | undefined;
}

export function Inspector({ selection }: InspectorProps) {
  return <p>{selection.element?.path ?? selection.span?.name}</p>;
}
