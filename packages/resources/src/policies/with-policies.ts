import type { ModelResource } from "../model-resource.ts";
import type { CallRetry } from "../profile-definition.ts";
import { fullName } from "./estimate.ts";
import { withFallbacks } from "./fallback.ts";
import type { Limiter } from "./limiter.ts";
import { type PolicyClock, systemPolicyClock } from "./policy-clock.ts";
import type { RetryPolicy } from "./retry.ts";
import { surrounded } from "./surrounded.ts";

export interface PoliciesOptions {
  /** How long one call may take, in milliseconds. Default 600,000. */
  readonly timeoutMs?: number;
  readonly retry?: CallRetry;
  /** Each call has its turn in all of them, in this order: give the widest, such as that of the provider, last. */
  readonly limiters?: readonly Limiter[];
  /**
   * Who is asked instead, in this order, when the model fails for a while. One that has no policies of its own gets the timeout and
   * the retries of this model.
   */
  readonly fallbacks?: readonly ModelResource[];
  /** Default: that of this machine. */
  readonly clock?: PolicyClock;
  /** What makes waits differ: from 0, without 1. Default: `Math.random`. */
  readonly random?: () => number;
}

const TIMEOUT_MS = 600_000;
const RETRY = { attempts: 3, delayMs: 1_000, maxDelayMs: 60_000 };

/**
 * The same model, with policies around each of its calls. From the outside: fallbacks, retries, limits, the meter of the call, the
 * timeout. It asks `options.meter` before each call of a provider, also before those of a retry, unless it calls none
 * (`capabilities.recorded`).
 *
 * - Only ModelErrors that are `retryable` are tried again, and only by those is a model replaced.
 * - `usage` of a reply is that of all attempts, and so is `details.usage` of an error. What was set aside for calls of
 *   which nobody knows that is in `forfeited`.
 * - An abort ends whatever is waited for, and rejects with its reason.
 *
 * @throws ModelError from `generate` and `embed`: those of the model; `MODEL_UNAVAILABLE` (retryable) for one that took too long.
 * @throws BudgetExhaustedError (`BUDGET_EXHAUSTED`), PriceUnknownError (`PRICE_UNKNOWN`), from the meter.
 * @throws TypeError for what are no times or numbers of attempts, and for a model that has policies already.
 */
export function withPolicies(model: ModelResource, options: PoliciesOptions = {}): ModelResource {
  const { timeoutMs = TIMEOUT_MS, limiters = [], fallbacks = [], clock = systemPolicyClock(), random = Math.random } = options;
  const retry: RetryPolicy = { ...RETRY, ...options.retry, clock, random };
  checkPolicies(timeoutMs, retry);
  if (model.metered) throw new TypeError(`${fullName(model)} has policies already: give it all of them at once.`);
  const around = surrounded(model, { limiters, maxPauseMs: retry.maxDelayMs, timeoutMs, clock }, retry);
  const same = fallbacks.map((other) => (other.metered ? other : withPolicies(other, { timeoutMs, retry, clock, random })));
  return withFallbacks(around, same);
}

function checkPolicies(timeoutMs: number, { attempts, delayMs, maxDelayMs }: RetryPolicy): void {
  for (const [name, ms] of Object.entries({ timeoutMs, "retry.delayMs": delayMs, "retry.maxDelayMs": maxDelayMs }))
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new TypeError(`${name} is ${ms}: give milliseconds, a finite number from 0.`);
  if (!(Number.isSafeInteger(attempts) && attempts > 0)) throw new TypeError(`retry.attempts is ${attempts}: give a whole number from 1.`);
}
