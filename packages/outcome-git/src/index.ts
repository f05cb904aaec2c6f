/**
 * The outcome of a run as a branch of a git repository.
 *
 * @packageDocumentation
 */
export type { CaptureRules, Secret } from "./capture-rules.ts";
export { checkGitOutcomes, type CheckOutcomesOptions, type RecordedRun, restoreBranch } from "./check-outcomes.ts";
export { GitUnavailableError } from "./errors.ts";
export type { GitAuthor, GitProgram } from "./git.ts";
export { gitVersion } from "./git-version.ts";
export type { GitOutcomes } from "./git-outcomes.ts";
export type { GitHistoryOptions, GitOutcomeOptions } from "./git-context.ts";
export { gitOutcomeRepository } from "./git-outcome-repository.ts";
export { indexLitter, type OutcomeNeeds, workTreeLitter } from "./outcome-litter.ts";
export { secretsIn } from "./secrets-in.ts";
