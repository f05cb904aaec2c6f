import { definitionDigest } from "@dad/agent";
import { errorEnvelope, type NodePath } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import type { ComponentReport } from "./interpreter.ts";
import { stopwatch } from "./stopwatch.ts";

/** Records how components stand in the journal of the run, with the time that each took. */
export function componentReport(run: Pick<RunContext, "record">): ComponentReport {
  const watches = new Map<NodePath, () => number>();
  const durationMs = (path: NodePath) => watches.get(path)?.() ?? 0;
  return {
    async started(path, component) {
      watches.set(path, stopwatch());
      const definition = path.includes(".") ? {} : { definition: definitionDigest(component) };
      await run.record({ type: "component.started", path, kind: component.kind, ...definition });
    },
    completed: (path) => run.record({ type: "component.completed", path, durationMs: durationMs(path) }),
    // The causes are with the node that failed and with the run: each component around it only says which.
    failed: (path, error) =>
      run.record({ type: "component.failed", path, durationMs: durationMs(path), error: { ...errorEnvelope(error), cause: undefined } }),
    cancelled: (path) => run.record({ type: "component.cancelled", path, durationMs: durationMs(path) }),
  };
}
