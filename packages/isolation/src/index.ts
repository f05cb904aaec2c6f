/**
 * Where code runs without touching the host or another run.
 *
 * @packageDocumentation
 */
export { keepOutput, type KeptOutput } from "./bounded-output.ts";
export { type ConfinedEntry, type ConfinedFiles, confinedFiles } from "./confined-files.ts";
export { type Environment, mergeEnvironments, passed as passedVariables, spaceEnvironment } from "./environment.ts";
export {
  IsolationClosedError,
  IsolationFailedError,
  IsolationFileRefusedError,
  IsolationPolicyError,
  IsolationUnavailableError,
  ProgramMissingError,
  WorkingDirectoryError,
} from "./errors.ts";
export { signalOf } from "./exit-status.ts";
export { findProgram } from "./find-program.ts";
export { type Guard, GUARDS, type Guards, guardsWith, MEANING, type Requirement, type Strength, unguarded } from "./guard.ts";
export { type Home, type Homes, homes, removeLeftHomes } from "./home-directory.ts";
export type {
  Command,
  EgressDecision,
  ExecOptions,
  ExecResult,
  IsolationAdapter,
  IsolationProbe,
  IsolationSpace,
  IsolationSpec,
  IsolationUsage,
  StartedProcess,
  SweepReport,
  WorkspaceChange,
} from "./isolation-adapter.ts";
export type { IsolationProblem } from "./isolation-problem.ts";
export { directoriesLeft, isOwnerAlive, ownerName } from "./owner.ts";
export {
  type EgressGateway,
  type EgressRule,
  GUARD_OF_LIMIT,
  type IsolationLimits,
  type IsolationMount,
  IsolationPolicy,
  type NetworkPolicy,
  type Preset,
  PRESETS,
  type ResolvedPolicy,
  resolvePolicy,
} from "./policy.ts";
export { assertGuarded } from "./required-guards.ts";
export type { RunPlace, RunScope } from "./run-scope.ts";
export { giveInput, readOutputs, watchLimits } from "./run-command.ts";
export { selectIsolation } from "./select-isolation.ts";
export { commandLimits } from "./sound-command.ts";
export { assertSpec } from "./sound-spec.ts";
export { strengthened } from "./strengthen.ts";
export { startedProcess } from "./started-process.ts";
export { placeWorkingDirectory, resolveWorkingDirectory } from "./working-directory.ts";
export { untilAborted } from "./until-aborted.ts";
