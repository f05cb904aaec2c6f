/**
 * What drives node attempts: order, parallelism, time, and the same again from a record.
 *
 * @packageDocumentation
 */
export { type Clock, systemClock } from "./clock.ts";
export type {
  DriveOptions,
  Engine,
  EngineCapabilities,
  EngineContext,
  NodeCall,
  NodeExecutor,
  ExecuteOptions,
  NodeHandle,
  NodeOutcome,
  Settled,
} from "./engine.ts";
export { AttemptAbandonedError, AttemptTimeoutError } from "./errors.ts";
export { stoppedOutcome } from "./stopped-outcome.ts";
