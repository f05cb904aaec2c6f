import type { OutcomeRef } from "@dad/protocol";

/**
 * Changes of files in the order of their commits. Of nodes that ended at the same time, the entries may be in another order. What is in
 * no line with the others comes last.
 */
export function inCommitOrder<Step extends { readonly outcome: OutcomeRef }>(steps: readonly Step[]): readonly Step[] {
  const commits = new Set(steps.map(({ outcome }) => outcome.commit));
  const byParent = new Map(steps.map((step) => [step.outcome.parent, step]));
  const line: Step[] = [];
  const first = steps.find(({ outcome }) => outcome.parent === undefined || !commits.has(outcome.parent));
  for (let at = first; at !== undefined && line.length < steps.length; at = byParent.get(at.outcome.commit)) line.push(at);
  const inLine = new Set(line);
  return [...line, ...steps.filter((step) => !inLine.has(step))];
}
