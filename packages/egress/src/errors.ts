import { DadError } from "@dad/protocol";

/** `EGRESS_RULE_INVALID`: a rule or a gateway does not say what it must. The message names it, what is wrong with it, and what to write. */
export class EgressRuleError extends DadError<"EGRESS_RULE_INVALID"> {
  constructor(rule: string, problem: string) {
    super("EGRESS_RULE_INVALID", `the egress rule ${JSON.stringify(rule)} cannot be used: ${problem}`, { details: { rule, problem } });
  }
}

/** `EGRESS_FAILED`: the proxy could not listen, for instance because a file is in the place of its socket. */
export class EgressFailedError extends DadError<"EGRESS_FAILED"> {
  constructor(address: string, options: { readonly cause?: unknown; readonly reason: string }) {
    const { reason, ...rest } = options;
    super("EGRESS_FAILED", `the egress proxy cannot listen at ${address}: ${reason}`, { ...rest, details: { address } });
  }
}
