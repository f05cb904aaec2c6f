/**
 * The versioned result trees of the runs of a project.
 *
 * @packageDocumentation
 */
export {
  OutcomeClosedError,
  OutcomeCommitError,
  OutcomeConflictError,
  OutcomeDirectoryError,
  OutcomeExistsError,
  OutcomeFailedError,
  OutcomeNotKeptError,
  OutcomePathError,
  OutcomeRevisionError,
  OutcomeSecretError,
  type SecretPlace,
} from "./errors.ts";
export { fillDirectory } from "./fill-directory.ts";
export { outcomeBranch, outcomeMessage, type OutcomeMessageParts, readOutcomeMessage } from "./outcome-commit.ts";
export {
  isPointerPath,
  type LargeFileContent,
  largeFilePath,
  MOST_POINTER_BYTES,
  parsePointer,
  pointerPath,
  printPointer,
} from "./large-file-pointer.ts";
export type { LargeFileStore } from "./large-files.ts";
export { assertOutcomePath } from "./outcome-path.ts";
export type {
  AbortOptions,
  CommitOptions,
  OpenOutcomeOptions,
  OutcomeCapabilities,
  OutcomeChange,
  OutcomeChangeRange,
  OutcomeCheckout,
  OutcomeFile,
  OutcomeLogEntry,
  OutcomeRepository,
  OutcomeSummary,
  RunOutcome,
} from "./outcome-repository.ts";
export { takeTurns } from "./turns.ts";
