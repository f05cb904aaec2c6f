import type { ArtifactEntry, Digest, NodePath, RecordedEvent } from "@dad/protocol";

/** A piece of work within a node that is done. */
export interface StepHistory {
  /** Names what the node was told. */
  readonly given: Digest;
  readonly result: ArtifactEntry;
}

/** Folds what the steps of each node gave last. */
export function foldSteps() {
  const steps = new Map<NodePath, Map<string, StepHistory>>();
  return {
    steps: steps as ReadonlyMap<NodePath, ReadonlyMap<string, StepHistory>>,
    add(event: RecordedEvent): void {
      if (event.type !== "step.completed") return;
      const { path, name, given, result } = event;
      const own = steps.get(path) ?? new Map<string, StepHistory>();
      steps.set(path, own.set(name, { given, result }));
    },
  };
}
