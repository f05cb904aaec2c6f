/**
 * The outcome of a run as a branch of a git repository.
 *
 * @packageDocumentation
 */
export { GitUnavailableError } from "./errors.ts";
export type { GitAuthor, GitProgram } from "./git.ts";
export { gitOutcomeRepository, type GitOutcomeOptions } from "./git-outcome-repository.ts";
