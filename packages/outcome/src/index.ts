/**
 * The versioned result trees of the runs of a project.
 *
 * @packageDocumentation
 */
export type { AbortOptions, CommitOptions, OpenOutcomeOptions, OutcomeCapabilities, OutcomeChange, OutcomeFile, OutcomeRepository, RunOutcome } from "./outcome-repository.ts";
