import type { NodeOutcome } from "./engine.ts";
import { AttemptTimeoutError } from "./errors.ts";

/**
 * What an attempt is to report that ended with an error: `failed`; once its signal is aborted `cancelled`; and where that was
 * by its timeout, `failed` with the AttemptTimeoutError (`NODE_TIMEOUT`), whose cause is the error if it says more.
 */
export function stoppedOutcome(signal: AbortSignal, error: unknown): NodeOutcome {
  if (!signal.aborted) return { status: "failed", error };
  const reason: unknown = signal.reason;
  return reason instanceof AttemptTimeoutError ? { status: "failed", error: timeoutBecause(reason, error) } : { status: "cancelled", error };
}

function timeoutBecause(timeout: AttemptTimeoutError, error: unknown): AttemptTimeoutError {
  const { details } = timeout;
  // Who reports what this function gave says it already.
  if (error instanceof AttemptTimeoutError && error.details.path === details.path && error.details.attempt === details.attempt) return error;
  return new AttemptTimeoutError(details, { timeoutMs: details.timeoutMs, cause: error });
}
