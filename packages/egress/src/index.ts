/**
 * An HTTP proxy on the host's side of a sandbox that lets through what rules allow, and nothing else.
 *
 * @packageDocumentation
 */
export type { EgressLookup } from "./dial.ts";
export type { EgressLimits } from "./egress-context.ts";
export type { EgressDecision, EgressReason } from "./egress-decision.ts";
export { type EgressAddress, type EgressListen, type EgressProxy, type EgressProxyOptions, openEgressProxy } from "./egress-proxy.ts";
export { type EgressRule, parseEgressRule } from "./egress-rule.ts";
export { EgressFailedError, EgressRuleError } from "./errors.ts";
export type { EgressGateway } from "./gateway.ts";
export { bridgeProgram, proxyEnvironment } from "./sandbox-side.ts";
