/**
 * Policies around the calls of models: timeouts, retries, fallbacks, limits, metering.
 *
 * @packageDocumentation
 */
export { type Limiter, limiter, type TurnOptions } from "./policies/limiter.ts";
export { type PolicyClock, systemPolicyClock } from "./policies/policy-clock.ts";
export { type PoliciesOptions, withPolicies } from "./policies/with-policies.ts";
export type { Permit } from "./policies/waiting-line.ts";
