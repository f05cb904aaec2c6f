import type { IsolationAdapter } from "@dad/isolation";
import { containerIsolation } from "@dad/isolation-container";

/** The adapter in a process of its own, on the engine of this machine. */
export function create(): IsolationAdapter {
  return containerIsolation({ graceMs: 100 });
}
