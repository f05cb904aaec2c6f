import { type AttemptRecord, beginOf, type FileStep, madeIn, type RunRecord } from "./run-record.ts";

/**
 * The changes of files that an attempt saw, oldest first: of the changes before it, those up to the one that left the files that it
 * found. `undefined` for one that sees no files, or of which that is not recorded.
 */
export function writersOf(run: RunRecord, attempt: AttemptRecord): readonly FileStep[] | undefined {
  const { fingerprint } = madeIn(attempt);
  if (fingerprint?.workspace === undefined) return undefined;
  const begin = beginOf(attempt);
  const before = run.steps.filter((step) => (step.attempt.end?.seq ?? begin) < begin);
  const last = before.findLastIndex(({ outcome }) => outcome.tree === fingerprint.workspace);
  if (last < 0) return fingerprint.workspace === run.tree ? [] : before;
  return before.slice(0, last + 1);
}
