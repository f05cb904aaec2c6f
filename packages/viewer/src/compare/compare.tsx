import type { Store } from "../store.ts";

/** Two runs beside each other. `path`: the element that the link is about. */
export function Compare({ store, path }: { readonly store: Store; readonly path?: string | undefined }) {
  return <p>{path ?? store.run.details.runId}</p>;
}
