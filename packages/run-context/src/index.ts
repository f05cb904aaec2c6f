/**
 * One run from set-up to completion.
 *
 * @packageDocumentation
 */
export type { ArtifactFormat, ArtifactToKeep } from "./artifact-to-keep.ts";
export {
  ArtifactRefusedError,
  RunEndedError,
  RunIdError,
  RunNotOpenedError,
  RunNotRecordedError,
  RunNotShownError,
  StaticInputsError,
} from "./errors.ts";
export { type OpenRunOptions, openRun } from "./open-run.ts";
export { listRuns, type ListRunsOptions, readRun, type ReadRunOptions, type RunList, type UnreadableRun } from "./read-runs.ts";
export type { ExecutionScope, IsolatedExecution, RunContext, RunTask } from "./run-context.ts";
export type { MakeRunPorts, Own, RunPorts } from "./run-ports.ts";
export { parseStaticInput, parseStaticInputs } from "./static-inputs.ts";
export { type RunResult, withRun, type WithRunOptions } from "./with-run.ts";
