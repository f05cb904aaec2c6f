import type { NodePath } from "@dad/protocol";
import { inCommitOrder, type OutcomeHistory, type OutcomeStep } from "@dad/run-context";

/** Where the outcome of a re-run starts. */
export interface FileStart {
  readonly commit: string;
  /** Names the files as its first node finds them. */
  readonly tree?: string | undefined;
}

/**
 * The commit up to which all changes of files were made by nodes that are reused, so that their files are there from the beginning.
 * `undefined` when the earlier run had no outcome.
 */
export function fileStart({ start, tree, steps }: OutcomeHistory, reused: ReadonlySet<NodePath>): FileStart | undefined {
  if (start === undefined) return undefined;
  const found = tree === undefined ? {} : { tree };
  // What came before the first change, also of a run whose own start had changes of nodes in it.
  const inOrder = inCommitOrder(steps);
  let commit = inOrder[0]?.outcome.parent ?? start.commit;
  for (const { path, outcome } of inOrder) {
    if (!reused.has(path) || (outcome.parent !== undefined && outcome.parent !== commit)) break;
    commit = outcome.commit;
  }
  return { commit, ...found };
}

/** The changes that a start has not in it, by node. */
export function stepsAfter(history: OutcomeHistory, start: string | undefined): (path: NodePath) => readonly OutcomeStep[] {
  const steps = inCommitOrder(history.steps);
  const last = steps.findIndex(({ outcome }) => outcome.commit === start);
  const later = new Map<NodePath, OutcomeStep[]>();
  for (const step of steps.slice(last + 1)) later.set(step.path, [...(later.get(step.path) ?? []), step]);
  return (path) => later.get(path) ?? [];
}
