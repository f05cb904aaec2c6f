/**
 * Policies around the calls of models: timeouts, retries, fallbacks, limits, metering. And a reply as a stream.
 *
 * @packageDocumentation
 */
export { estimate, type EstimatedModel } from "./policies/estimate.ts";
export { type Limiter, limiter, type TurnOptions } from "./policies/limiter.ts";
export { type PolicyClock, systemPolicyClock } from "./policies/policy-clock.ts";
export { type PoliciesOptions, withMeter, withPolicies } from "./policies/with-policies.ts";
export type { Permit } from "./policies/waiting-line.ts";
