/**
 * The outcome of a run as a branch of a git repository.
 *
 * @packageDocumentation
 */
export type { CaptureRules } from "./tree/capture-rules.ts";
export { checkGitOutcomes, type CheckOutcomesOptions, type RecordedRun, restoreBranch } from "./maintenance/check-outcomes.ts";
export { GitUnavailableError, type MergeEnds, OutcomeIncludeError, OutcomeMergeConflictError, OutcomeMergeError } from "./errors.ts";
export type { GitAuthor, GitProgram } from "./git/git.ts";
export { gitVersion } from "./git/git-version.ts";
export type { GitOutcomes } from "./maintenance/git-outcomes.ts";
export type { GitHistoryOptions, GitOutcomeOptions } from "./git-context.ts";
export { type GitOutcomeRepository, gitOutcomeRepository } from "./git-outcome-repository.ts";
export type { MergeOptions, OutcomeMerge } from "./merge/merge.ts";
export { indexLitter, type OutcomeNeeds, workTreeLitter } from "./maintenance/outcome-litter.ts";
export type { UncommittedChanges } from "./project/uncommitted.ts";
