/**
 * One run from set-up to completion.
 *
 * @packageDocumentation
 */
export { type ArtifactFormat, decodeValue, endingOf } from "./artifact-format.ts";
export { type ArtifactToKeep, placeRefusal } from "./artifact-to-keep.ts";
export { inCommitOrder } from "./commit-order.ts";
export {
  ArtifactRefusedError,
  RunBudgetSpentError,
  RunCompletedError,
  RunEndedError,
  RunFilesError,
  RunIdError,
  RunNotOpenedError,
  RunNotRecordedError,
  RunNotShownError,
  RunWaitingError,
  type SpentLevel,
  StaticInputsError,
  StaticInputsLateError,
} from "./errors.ts";
export { digestOfInputFiles, INPUT_DIRECTORY, mergedInputFiles } from "./input-files.ts";
export { type JsonPlaces, readJsonText } from "./json-text.ts";
export { positionIn, type TextPosition } from "./text-position.ts";
export { type OpenRunOptions, openRun, type RerunStart } from "./open-run.ts";
export { contentsOfOrigins, type OriginContents, withoutData } from "./origin-contents.ts";
export { withoutContents } from "./run-face.ts";
export { redactedName } from "./redacted-artifact.ts";
export { redactedError } from "./redacted-error.ts";
export { type ResumeRunOptions, resumeRun } from "./resume-run.ts";
export type { ComponentState } from "./component-history.ts";
export type { NodeHistory } from "./node-history.ts";
export type { StepHistory } from "./step-history.ts";
export { type BudgetChange, changedBudget, moreOf, spentLevels } from "./run-budget.ts";
export type { SpendingHistory, Spent } from "./spending-history.ts";
export type { RequestHistory } from "./request-history.ts";
export { type OutcomeHistory, type OutcomeStep, readHistory, type ReadHistoryOptions, readOutcome, type RunHistory } from "./run-history.ts";
export {
  listRuns,
  type ListRunsOptions,
  readRun,
  type ReadRunOptions,
  readRunWithHistory,
  type RunWithHistory,
  type RunList,
  type UnreadableRun,
} from "./read-runs.ts";
export { isolationRecord } from "./run-spaces.ts";
export { METADATA, traceDirectory } from "./run-env.ts";
export type { AttemptTelemetry } from "./telemetry/attempt-telemetry.ts";
export { isolationAttributes } from "./telemetry/span-facts.ts";
export type { ExecutionScope, IsolatedExecution, IsolatedOptions, IsolateOptions, RunContext, RunInputs, RunTask } from "./run-context.ts";
export { documentText, MANIFEST, manifestOf } from "./run-face.ts";
export type { OpenWorkspaceOptions, RunWorkspaces } from "./run-workspaces.ts";
export type { MakeRunPorts, Own, RunPorts } from "./run-ports.ts";
export { detailsOf, emptyProjection, project, type RunProjection } from "./run-projection.ts";
export { parseStaticInput, parseStaticInputs, type WrittenInputs } from "./static-inputs.ts";
export { type RunResult, withResumedRun, type WithResumedRunOptions, withRun, type WithRunOptions } from "./with-run.ts";
