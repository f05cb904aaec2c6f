import type { Json, NodePath } from "@dad/protocol";

/** One attempt of one node. Plain data: a distributed engine sends it to a worker. */
export interface NodeCall {
  readonly path: NodePath;
  /** From 1. */
  readonly attempt: number;
  /** What the node is to work on, resolved and rendered. */
  readonly settings: Json;
  /** What somebody outside gave for this node, checked. */
  readonly input?: Json;
  /** What is to be shown of the attempt and where, resolved and rendered. */
  readonly record?: Json;
}

/** What became of an attempt. A failed attempt is an outcome, not a rejection. */
export type NodeOutcome =
  | { readonly status: "completed"; readonly value: Json }
  | { readonly status: "failed" | "cancelled"; readonly error: unknown };

/** A started attempt. Opaque: only the drive that started it can wait for it. */
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
  /** Aborted when the drive is, and when it ends. */
  readonly signal: AbortSignal;
  /**
   * Starts an attempt and returns at once, before its executor runs.
   *
   * @throws TypeError for a path and attempt that were started before, an attempt that is not a whole
   * number from 1, and after the drive has ended.
   */
  start(call: NodeCall): NodeHandle;
  /**
   * The first of these to settle, with its outcome. The choice is recorded; when several have settled, the
   * one started first is it. A settled attempt may be waited for again. An abort does not end the wait by
   * itself: it makes the attempts settle, at the latest when the engine's grace is over.
   *
   * @throws TypeError for no handles, a handle of another drive, and after the drive has ended.
   */
  waitAny(handles: readonly NodeHandle[]): Promise<Settled>;
}

/**
 * Does one attempt, wherever the engine lets it run. What it throws becomes a `failed` outcome, or a
 * `cancelled` one once the signal is aborted. It has to settle soon after that. One that still goes on
 * when the engine's grace is over is abandoned: its outcome is `cancelled` with an AttemptAbandonedError
 * (`ATTEMPT_ABANDONED`), whose cause is the signal's reason, and what it gives later is ignored.
 */
export type NodeExecutor = (call: NodeCall, options: { readonly signal: AbortSignal }) => Promise<NodeOutcome>;

export interface EngineCapabilities {
  /** A drive goes on after the process was killed. */
  readonly durable: boolean;
  /** Attempts of one run may execute on several machines. */
  readonly distributed: boolean;
}

export interface DriveOptions {
  readonly execute: NodeExecutor;
  /** Aborts the attempts, which begins their grace. One that is started afterwards is `cancelled` and not executed. */
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
   * Runs an interpreter to its end and settles as it does. Every attempt that it started has settled by
   * then: those still going are aborted and waited for, and cannot change the result. Nothing outlives
   * its parent but what does not react to its signal: a drive waits no longer than the engine's grace
   * (an option of the adapter) for that. Drives share nothing.
   */
  drive<Result>(interpret: (context: EngineContext) => Promise<Result>, options: DriveOptions): Promise<Result>;
}
