import type { Store } from "../store.ts";

export function Logs({ store }: { readonly store: Store }) {
  return <p>{store.run.details.runId}</p>;
}
