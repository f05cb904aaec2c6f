import type { RetryPolicy } from "@dad/agent";
import { digestOfBytes, type ErrorEnvelope, errorEnvelope, hexOfDigest, type NodePath } from "@dad/protocol";
import { endsRun, isExhausted } from "./ends-run.ts";

/** @param tried How many attempts there were in this drive. */
export function mayTryAgain({ attempts, on }: RetryPolicy, tried: number, error: unknown): boolean {
  if (tried >= attempts || endsRun(error) || isExhausted(error)) return false;
  const envelope = errorEnvelope(error);
  // Whoever decided against it is not asked again and again.
  if (on === "any") return !hasCode(envelope, ["NODE_VETOED"]);
  return on === undefined ? causesOf(envelope).some(({ retryable }) => retryable) : hasCode(envelope, on);
}

/** Whether an error, or one of its causes, has one of the codes. */
export function hasCode(error: ErrorEnvelope, codes: readonly string[]): boolean {
  return causesOf(error).some(({ code }) => codes.includes(code));
}

function causesOf(error: ErrorEnvelope): readonly ErrorEnvelope[] {
  return error.cause === undefined ? [error] : [error, ...causesOf(error.cause)];
}

/** Those that the docstrings of `RetryPolicy` name. */
const DEFAULTS = { delayMs: 1_000, factor: 2, maxDelayMs: 60_000, jitter: 0.5 } as const;

/** Which attempt waits. */
export interface RetryOf {
  readonly runId: string;
  readonly path: NodePath;
  /** The one that failed. */
  readonly attempt: number;
  /** How many there were in this drive. */
  readonly tried: number;
}

/**
 * How long the next attempt waits, in whole milliseconds. Its share of chance comes from its own name: it differs between
 * attempts, nodes and runs, and is the same whenever the same is asked.
 */
export function retryDelay(policy: RetryPolicy, { runId, path, attempt, tried }: RetryOf): number {
  const { delayMs = DEFAULTS.delayMs, factor = DEFAULTS.factor, maxDelayMs = DEFAULTS.maxDelayMs, jitter = DEFAULTS.jitter } = policy;
  // No delay stays none, however often it is multiplied.
  const longest = delayMs === 0 ? 0 : Math.min(delayMs * factor ** (tried - 1), maxDelayMs);
  return Math.round(longest * (1 - jitter * chanceOf(`${runId} ${path} ${attempt}`)));
}

const DIGITS = 8;

/** From 0 to 1. */
function chanceOf(name: string): number {
  return Number.parseInt(hexOfDigest(digestOfBytes(name)).slice(0, DIGITS), 16) / 16 ** DIGITS;
}
