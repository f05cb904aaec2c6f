import { type EventOf, NO_USAGE, type NodePath, type RecordedEvent } from "@dad/protocol";
import { addSample, type Sample, type SamplesByKey } from "./sample.ts";

type Ended = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.cancelled">;

/** Attempts of nodes, as the journal of a run tells them. */
export interface NodeSamples {
  add(event: RecordedEvent): void;
  /** Those that nobody saw end are open. */
  rest(): void;
}

/** Iterations of a loop are one node: `agent.loop.iter_*.step`. A result that was reused was not executed. */
export function nodeSamples(into: SamplesByKey): NodeSamples {
  const going = new Map<string, { readonly path: NodePath; readonly start: number }>();

  function end(event: Ended): void {
    const key = attemptKey(event);
    const time = Date.parse(event.time);
    const start = going.get(key)?.start ?? time - event.durationMs;
    going.delete(key);
    addSample(into, nodeKey(event.path), { start, ...endingOf(event) });
  }

  return {
    add(event) {
      if (event.type === "node.started") going.set(attemptKey(event), { path: event.path, start: Date.parse(event.time) });
      else if (event.type === "node.completed" || event.type === "node.failed" || event.type === "node.cancelled") end(event);
    },
    rest() {
      for (const { path, start } of going.values()) addSample(into, nodeKey(path), { start, end: "open", durationMs: undefined, usage: NO_USAGE });
    },
  };
}

function endingOf(event: Ended): Pick<Sample, "end" | "durationMs" | "usage"> {
  // What was paid for it, the run has paid that executed it.
  if ("origin" in event && event.origin !== undefined) return { end: "reused", durationMs: undefined, usage: NO_USAGE };
  return { end: event.type.slice("node.".length) as Sample["end"], durationMs: event.durationMs, usage: event.usage ?? NO_USAGE };
}

function attemptKey({ path, attempt }: { readonly path: NodePath; readonly attempt: number }): string {
  return `${path} ${attempt}`;
}

function nodeKey(path: NodePath): string {
  return path.replaceAll(/(?<=\.)iter_\d+(?=\.|$)/g, "iter_*");
}
