import type { Store } from "../store.ts";
import { EventList } from "./event-list.tsx";

/** All that the journal of the run has, in its order. */
export function Events({ store }: { readonly store: Store }) {
  return <EventList events={store.run.events} />;
}
