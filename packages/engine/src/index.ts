/**
 * What drives node attempts: order, parallelism, recorded choices.
 *
 * @packageDocumentation
 */
export type { DriveOptions, Engine, EngineCapabilities, EngineContext, NodeCall, NodeExecutor, NodeHandle, NodeOutcome, Settled } from "./engine.ts";
export { AttemptAbandonedError } from "./errors.ts";
