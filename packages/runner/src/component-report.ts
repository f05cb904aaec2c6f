import { definitionDigest } from "@dad/agent";
import { errorEnvelope, type NodePath } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import type { ComponentReport } from "./interpreter.ts";
import { stopwatch } from "./stopwatch.ts";

/**
 * Records how components stand in the journal of the run, with the time that each took. What is recorded already of a run
 * that is resumed is not recorded again. Subscribers need not wait for the disk: a component's record is what its nodes' say.
 */
export function componentReport(run: Pick<RunContext, "record" | "history">): ComponentReport {
  const watches = new Map<NodePath, () => number>();
  const durationMs = (path: NodePath) => watches.get(path)?.() ?? 0;
  const { components } = run.history;
  return {
    async started(path, component) {
      watches.set(path, stopwatch());
      const definition = path.includes(".") ? undefined : definitionDigest(component);
      const goesOn = components.has(path) && components.get(path) !== "ended";
      // With which definition it goes on is on record, too.
      if (goesOn && (definition === undefined || definition === run.history.definition)) return;
      await run.record({ type: "component.started", path, kind: component.kind, ...(definition ? { definition } : {}) }, { wait: "ordered" });
    },
    async completed(path) {
      if (components.get(path) === "completed") return;
      await run.record({ type: "component.completed", path, durationMs: durationMs(path) }, { wait: "ordered" });
    },
    // The causes are with the node that failed and with the run: each component around it only says which.
    failed: (path, error) =>
      run.record({ type: "component.failed", path, durationMs: durationMs(path), error: { ...errorEnvelope(error), cause: undefined } }),
    cancelled: (path) => run.record({ type: "component.cancelled", path, durationMs: durationMs(path) }),
  };
}
