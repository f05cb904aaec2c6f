import type { Json, NodePath } from "@dad/protocol";

/** One attempt of one node. Plain data: a distributed engine sends it to a worker. */
export interface NodeCall {
  readonly path: NodePath;
  /** From 1. */
  readonly attempt: number;
  /** What the node is to work on, resolved and rendered. */
  readonly settings: Json;
}

/** What became of an attempt. A failed attempt is an outcome, not a rejection. */
export type NodeOutcome = { readonly status: "completed"; readonly value: Json } | { readonly status: "failed" | "cancelled"; readonly error: unknown };

/** A started attempt. Opaque: only its engine can wait for it. */
export interface NodeHandle {
  readonly path: NodePath;
  readonly attempt: number;
}

export interface Settled {
  readonly handle: NodeHandle;
  readonly outcome: NodeOutcome;
}

/**
 * All that an interpreter may use while it walks a definition. It has no clock, no randomness, no I/O
 * and no `Promise.race` of its own, so that the same record makes it do the same again.
 */
export interface EngineContext {
  readonly signal: AbortSignal;
  /** Starts an attempt and returns at once. Starting the same path and attempt twice is a `TypeError`. */
  start(call: NodeCall): NodeHandle;
  /** The first of these to settle. The choice is recorded; when several have, the one started first is it. */
  waitAny(handles: readonly NodeHandle[]): Promise<Settled>;
}

/** Does one attempt, wherever the engine lets it run. */
export type NodeExecutor = (call: NodeCall, options: { readonly signal: AbortSignal }) => Promise<NodeOutcome>;

export interface EngineCapabilities {
  /** A drive goes on after the process was killed. */
  readonly durable: boolean;
  /** Attempts of one run may execute on several machines. */
  readonly distributed: boolean;
}

export interface DriveOptions {
  readonly execute: NodeExecutor;
  readonly signal: AbortSignal;
}

/**
 * Port: what drives node attempts.
 *
 * Adapters: `@dad/engine/inline`.
 */
export interface Engine {
  readonly capabilities: EngineCapabilities;
  /**
   * Runs an interpreter to its end. When it returns or throws, every attempt that it started has
   * settled: those still going are aborted and waited for. Nothing outlives its parent.
   */
  drive<Result>(interpret: (context: EngineContext) => Promise<Result>, options: DriveOptions): Promise<Result>;
}
