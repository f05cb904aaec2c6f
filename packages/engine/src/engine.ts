import type { Json, NodeFingerprint, NodePath } from "@dad/protocol";

/** One attempt of one node. Plain data: a distributed engine sends it to a worker. Times are in milliseconds, from 0. */
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
  /** Under which the node does what must happen once: the same for all its attempts. */
  readonly idempotencyKey?: string;
  /** What is executed of the settings is made of what nobody has to trust. */
  readonly untrusted?: boolean;
  /** What the result depends on, for the record. */
  readonly fingerprint?: NodeFingerprint;
  /** The nodes whose results the settings were made of, likewise. */
  readonly reads?: readonly NodePath[];
  /** The elements by whose outputs the blocks around it decided that it is executed. */
  readonly decidedBy?: readonly NodePath[];
  /** It is no node: its executor asks somebody for these variables of the component at its path. */
  readonly asks?: readonly string[];
  /** The attempt is not to be executed: its executor gives what an earlier run has for this node. */
  readonly reuse?: NodePath;
  /** How long the engine waits before the executor runs. */
  readonly delayMs?: number;
  /** How long the executor may run. Then its signal is aborted, and the attempt fails with an AttemptTimeoutError (`NODE_TIMEOUT`). */
  readonly timeoutMs?: number;
  /** How long the engine waits after the attempt completed, before it settles. */
  readonly restMs?: number;
}

/** What became of an attempt. A failed attempt is an outcome, not a rejection. */
export type NodeOutcome =
  | { readonly status: "completed"; readonly value: Json }
  | { readonly status: "failed" | "cancelled"; readonly error: unknown };

/** A started attempt. Only what `start` returned stands for it, no copy. */
export interface NodeHandle {
  readonly path: NodePath;
  readonly attempt: number;
}

export interface Settled {
  readonly handle: NodeHandle;
  readonly outcome: NodeOutcome;
}

/**
 * All that an interpreter may use while it walks a definition, in one loop: it starts what can be started, then waits for the
 * next attempt to settle, whichever that is. It has no clock, no randomness, no I/O and no `Promise.race` of its own, so that
 * the same record makes it do the same again.
 */
export interface EngineContext {
  /**
   * Starts an attempt and returns at once, before its executor runs.
   *
   * @throws TypeError for an attempt that is not a whole number from 1 and greater than those of the same path before it,
   * a time that is not a finite number of milliseconds from 0, and after the drive has ended.
   */
  start(call: NodeCall): NodeHandle;
  /**
   * The next attempt to settle, of those that were started and not told yet: each is told once, in the order in which they
   * settled. An abort does not end the wait by itself: it makes the attempts settle, at the latest when the engine's grace is over.
   *
   * @throws TypeError when every started attempt was told (it would wait for ever), while an earlier call still waits, and
   * after the drive has ended.
   */
  next(): Promise<Settled>;
  /**
   * Aborts one attempt with this reason. `next` tells it as any other, as `cancelled` unless it completed nevertheless. One
   * that has settled, or was aborted before, stays as it is.
   *
   * @throws TypeError for what this drive's `start` did not return, and after the drive has ended.
   */
  cancel(handle: NodeHandle, reason: unknown): void;
}

/**
 * Does one attempt, wherever the engine lets it run. What it throws becomes what `stoppedOutcome` says: `failed`, or
 * `cancelled` once the signal is aborted for another reason than a timeout. It has to settle soon after an abort. One that
 * still goes on when the engine's grace is over is abandoned: it is `cancelled`, or `failed` after a timeout, with an
 * AttemptAbandonedError (`ATTEMPT_ABANDONED`), whose cause is the signal's reason, and what it gives later is ignored.
 */
export type NodeExecutor = (call: NodeCall, options: ExecuteOptions) => Promise<NodeOutcome>;

export interface ExecuteOptions {
  readonly signal: AbortSignal;
  /**
   * Stops the time limit of the attempt until what it returns is disposed, as often as that is wanted: for the time that somebody
   * outside takes. Then it runs anew from the beginning. Absent where an engine keeps no time.
   */
  readonly hold?: () => Disposable;
}

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
  /**
   * The attempts that an earlier drive of the same definition was told, in that order: `next` tells them in this order, and
   * before all others that go on beside them. The executor has to give again what they gave. They have had their time, so
   * they are not delayed, timed out, left to rest, or cancelled by the interpreter; `signal` and the end of the drive do abort them.
   */
  readonly replay?: readonly NodeHandle[];
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
   * (an option of the adapter) for that. Drives share nothing. An executor runs in the async context of
   * the drive, and so do the listeners at its signal, whoever aborts.
   */
  drive<Result>(interpret: (context: EngineContext) => Promise<Result>, options: DriveOptions): Promise<Result>;
}
