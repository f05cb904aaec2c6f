/**
 * The versioned result trees of the runs of a project.
 *
 * @packageDocumentation
 */
export {
  OutcomeClosedError,
  OutcomeCommitError,
  OutcomeConflictError,
  OutcomeExistsError,
  OutcomeFailedError,
  OutcomeNotKeptError,
  OutcomePathError,
} from "./errors.ts";
export {
  isPointerPath,
  type LargeFileContent,
  largeFilePath,
  MOST_POINTER_BYTES,
  parsePointer,
  pointerPath,
  printPointer,
} from "./large-file-pointer.ts";
export { outcomeBranch, outcomeMessage, type OutcomeMessageParts } from "./outcome-commit.ts";
export { assertOutcomePath } from "./outcome-path.ts";
export type {
  AbortOptions,
  CommitOptions,
  OpenOutcomeOptions,
  OutcomeCapabilities,
  OutcomeChange,
  OutcomeChangeRange,
  OutcomeFile,
  OutcomeRepository,
  RunOutcome,
} from "./outcome-repository.ts";
export { takeTurns } from "./turns.ts";
