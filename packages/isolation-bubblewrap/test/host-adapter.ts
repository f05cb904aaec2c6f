import type { IsolationAdapter } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";

/** For processes that the tests start, and kill. */
export function create(): IsolationAdapter {
  return bubblewrapIsolation({ hostEnv: process.env, graceMs: 100 });
}
