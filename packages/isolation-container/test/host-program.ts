import type { IsolationAdapter } from "@dad/isolation";
import { containerIsolation } from "@dad/isolation-container";

/** The adapter in a process of its own. What follows the question mark names the socket of the fake engine. */
export function create(): IsolationAdapter {
  const socketPath = new URL(import.meta.url).searchParams.get("socketPath") ?? "";
  return containerIsolation({ sockets: [socketPath], image: "fake:1", graceMs: 100 });
}
