import { definitionDigest, type ComponentDefinition } from "@dad/agent";
import { type ErrorEnvelope, errorEnvelope, type EventDraft, type FailureHandling, type NodePath } from "@dad/protocol";
import type { RunContext } from "@dad/run-context";
import { stopwatch } from "./stopwatch.ts";

/**
 * Where the interpreter says what becomes of components, blocks and attempts. It waits for none of it, and none of it throws: `trouble` and
 * `settled` do. Times are the reporter's: the interpreter has no clock.
 */
export interface WalkReport {
  started(path: NodePath, kind: string): void;
  completed(path: NodePath): void;
  failed(path: NodePath, error: unknown): void;
  cancelled(path: NodePath): void;
  /** It waits, because something in it does. */
  parked(path: NodePath): void;
  /** A block has chosen another branch. */
  skipped(path: NodePath): void;
  /** A failure does not end what is around it. `path` is the node's; of `catch`, the block's. */
  handled(path: NodePath, by: FailureHandling, error: unknown): void;
  /** Another fact about the walk. */
  add(fact: EventDraft): void;
  /** Throws what could not be recorded. */
  trouble(): void;
  /** Resolves when all is recorded. Rejects with what could not be. */
  settled(): Promise<void>;
}

/**
 * Records how components stand in the journal of the run, with the time that each took. Of a run that is resumed, what goes on
 * or had completed is not recorded to have started or completed again. Nobody waits for the disk: a component's record is what its nodes' say.
 */
export function walkReport(run: Pick<RunContext, "record" | "history" | "ports">, root: ComponentDefinition): WalkReport {
  const { components } = run.history;
  const watch = watches();
  let failure: { readonly cause: unknown } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function add(draft: EventDraft): void {
    last = run.record(draft, { wait: "ordered" }).catch((cause: unknown) => void (failure ??= { cause }));
  }

  const report: WalkReport = {
    started(path, kind) {
      watch.begin(path);
      const definition = path.includes(".") ? undefined : definitionDigest(root, run.ports.redactor);
      const goesOn = components.has(path) && components.get(path) !== "ended";
      // With which definition it goes on is on record, too.
      if (goesOn && (definition === undefined || definition === run.history.definition)) return;
      add({ type: "component.started", path, kind, ...(definition ? { definition } : {}) });
    },
    completed(path) {
      const took = watch.durationMs(path);
      if (components.get(path) !== "completed") add({ type: "component.completed", path, durationMs: took });
    },
    // The causes are with the node that failed and with the run: each component around it only says which.
    failed: (path, error) => add({ type: "component.failed", path, durationMs: watch.durationMs(path), error: withoutCause(error) }),
    cancelled: (path) => add({ type: "component.cancelled", path, durationMs: watch.durationMs(path) }),
    parked: (path) => add({ type: "component.parked", path, durationMs: watch.durationMs(path) }),
    skipped(path) {
      if (components.get(path) !== "skipped") add({ type: "component.skipped", path });
    },
    handled: (path, by, error) => add({ type: "failure.handled", path, by, error: withoutCause(error) }),
    add,
    trouble() {
      if (failure) throw failure.cause;
    },
    async settled() {
      await last;
      report.trouble();
    },
  };
  return report;
}

/** What goes on at this moment, and since when. */
function watches() {
  const going = new Map<NodePath, () => number>();
  return {
    begin: (path: NodePath) => void going.set(path, stopwatch()),
    durationMs(path: NodePath): number {
      const watch = going.get(path);
      going.delete(path);
      return watch?.() ?? 0;
    },
  };
}

function withoutCause(error: unknown): ErrorEnvelope {
  return { ...errorEnvelope(error), cause: undefined };
}
