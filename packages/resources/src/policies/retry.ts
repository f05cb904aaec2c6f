import { errorEnvelope, type Usage } from "@dad/protocol";
import type { CallOptions } from "../model-resource.ts";
import type { CallRetry } from "../profile-definition.ts";
import { type Attempt, type Reply, retryAfterOf } from "./attempt.ts";
import { passed, type PolicyClock } from "./policy-clock.ts";
import { isModelError, type ModelFailure, sumOf, withDetails } from "./spent.ts";

export interface RetryPolicy extends Required<CallRetry> {
  readonly clock: PolicyClock;
  /** From 0, without 1. */
  readonly random: () => number;
}

/** Which call is made again. */
export interface Retried {
  readonly name: string;
  readonly options: CallOptions;
}

/**
 * Makes a call until it succeeds, fails for good, or has been made as often as it may. What failed attempts used is part of the
 * usage of the reply, or of `details.usage` of the error.
 */
export async function retried<Given extends Reply>(
  make: () => Promise<Attempt<Given>>,
  { name, options }: Retried,
  policy: RetryPolicy,
): Promise<Given> {
  const { signal, onTrouble } = options;
  let used: Usage | undefined;
  for (let attempts = 1; ; attempts += 1) {
    const result = await make();
    used = sumOf(used, result.used);
    if ("reply" in result) return used ? { ...result.reply, usage: used } : result.reply;
    signal?.throwIfAborted();
    const { error } = result;
    const delayMs = delayAfter(error, attempts, policy);
    const again = !result.final && attempts < policy.attempts && isTransient(error) && delayMs <= policy.maxDelayMs;
    if (!again) throw failureOf(error, { attempts, used, delayMs, maxDelayMs: policy.maxDelayMs });
    onTrouble?.({ type: "retried", model: name, delayMs, error: errorEnvelope(error) });
    await passed(delayMs, policy.clock, signal);
  }
}

/** The same call may succeed later. */
export function isTransient(error: unknown): error is ModelFailure {
  return isModelError(error) && error.retryable;
}

/** What the provider says, or else any time up to one that doubles with each attempt: so those who failed together do not come back together. */
function delayAfter(error: unknown, attempts: number, { delayMs, maxDelayMs, random }: RetryPolicy): number {
  return retryAfterOf(error) ?? random() * Math.min(maxDelayMs, delayMs * 2 ** (attempts - 1));
}

interface Tries {
  readonly attempts: number;
  readonly used: Usage | undefined;
  readonly delayMs: number;
  readonly maxDelayMs: number;
}

/** The last error, with what is to be said of all attempts. */
function failureOf(error: unknown, { attempts, used, delayMs, maxDelayMs }: Tries): unknown {
  if (!isModelError(error)) return error;
  const tried = attempts === 1 ? "" : ` (after ${attempts} attempts)`;
  const wait = isTransient(error) && delayMs > maxDelayMs ? `; it asks to wait ${delayMs} ms, and at most ${maxDelayMs} ms are waited` : "";
  if (tried === "" && wait === "" && !used) return error;
  return withDetails(error, { message: `${error.message}${tried}${wait}`, details: attempts === 1 ? {} : { attempts }, used });
}
