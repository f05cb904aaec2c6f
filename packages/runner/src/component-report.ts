import { definitionDigest } from "@dad/agent";
import { errorEnvelope, type NodePath } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import type { ComponentReport } from "./interpreter.ts";

/** Records how components stand in the journal of the run, with the time that each took. */
export function componentReport(run: Pick<RunContext, "record">): ComponentReport {
  const startedAt = new Map<NodePath, number>();
  const durationMs = (path: NodePath) => performance.now() - (startedAt.get(path) ?? performance.now());
  return {
    async started(path, component) {
      startedAt.set(path, performance.now());
      const definition = path.includes(".") ? {} : { definition: definitionDigest(component) };
      await run.record({ type: "component.started", path, kind: component.kind, ...definition });
    },
    completed: (path) => run.record({ type: "component.completed", path, durationMs: durationMs(path) }),
    failed: (path, error) => run.record({ type: "component.failed", path, durationMs: durationMs(path), error: errorEnvelope(error) }),
    cancelled: (path) => run.record({ type: "component.cancelled", path, durationMs: durationMs(path) }),
  };
}
