/**
 * Where code runs without touching the host or another run.
 *
 * @packageDocumentation
 */
export { IsolationClosedError, IsolationFailedError, IsolationUnavailableError, ProgramMissingError, WorkingDirectoryError } from "./errors.ts";
export { type Guard, GUARDS, type Guards, guardsWith, type Strength } from "./guard.ts";
export type {
  Command,
  ExecOptions,
  ExecResult,
  IsolationAdapter,
  IsolationProbe,
  IsolationProblem,
  IsolationSpace,
  IsolationSpec,
  StartedProcess,
} from "./isolation-adapter.ts";
