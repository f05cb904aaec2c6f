import type { Store } from "../store.ts";
import { LogList } from "./log-list.tsx";

/** All that was logged in the run, and what its commands wrote. */
export function Logs({ store }: { readonly store: Store }) {
  return <LogList logs={store.run.logs} />;
}
