/**
 * Walks a definition in a run context.
 *
 * @packageDocumentation
 */
export { checkDefinition } from "./checks/check-definition.ts";
export { type IsolationNeed, isolationNeeds } from "./isolation-needs.ts";
export { checkIsolation, type CheckIsolationOptions } from "./checks/check-isolation.ts";
export { checkResources } from "./checks/check-resources.ts";
export { agentRunner, type ComponentRunner, flowRunner, type RunnerOptions } from "./component-runner.ts";
export type { WallClock } from "./waiting/wall-clock.ts";
export {
  ArtifactExistsError,
  AssumptionError,
  AttemptOverError,
  BlockFailedError,
  BlockValueError,
  DefinitionChangedError,
  LoopLimitError,
  type MissingResource,
  NodeFailedError,
  NodeOutcomeUnknownError,
  NodeOutputError,
  NodeSettingsError,
  NodeVetoedError,
  PricesUnknownError,
  ResourcesMissingError,
  StaticInputError,
  type StaticInputProblem,
  SwitchUnmatchedError,
  type UnknownPrice,
  VariableError,
} from "./errors.ts";
export type { Assumption, Assumptions } from "./assumption.ts";
export type { Continuation } from "./rerun/continuation.ts";
export { ReplayDivergedError, RerunBaseError, RerunBrokenError, RerunPathError, RerunRefusedError, RerunSetError } from "./rerun/errors.ts";
export { isFrom } from "./rerun/paths.ts";
export { assertAllowed, optionsOnRecord, type PlannedRerun, planRerun, type PlanRerunOptions } from "./rerun/plan-rerun.ts";
export type { BaseRun, RerunAllowances, RerunOptions } from "./rerun/rerun-options.ts";
export { checkResume, openQuestions, type ResumeOptions } from "./resume.ts";
export { resolveStaticInputs } from "./resolve-static-inputs.ts";
