import { type Authority, writeAuthority } from "./authority.ts";
import type { EgressReason } from "./egress-decision.ts";

const STATUS: Readonly<Record<EgressReason, number>> = {
  malformed: 400,
  "host-not-allowed": 403,
  "port-not-allowed": 403,
  "address-not-allowed": 403,
  unresolvable: 502,
  unreachable: 502,
  timeout: 504,
  "too-many-connections": 503,
  "gateway-failed": 502,
  aborted: 502,
};

const SENTENCE: Readonly<Record<EgressReason, (target: string) => string>> = {
  malformed: () => "This is no request for a proxy that can be read in one way only.",
  "host-not-allowed": (target) => `${target} may not be reached from here: no rule names the host.`,
  "port-not-allowed": (target) => `${target} may not be reached from here: the rules for the host name other ports.`,
  "address-not-allowed": (target) => `${target} may not be reached from here: it leads to an address that is not public.`,
  unresolvable: (target) => `${target} has no address.`,
  unreachable: (target) => `${target} cannot be reached, or did not answer as it must.`,
  timeout: (target) => `${target} did not answer in time.`,
  "too-many-connections": () => "There are too many connections at once.",
  "gateway-failed": (target) => `The gateway ${target} failed.`,
  aborted: (target) => `${target} ended the connection before its answer was complete.`,
};

/** Inside the package only: why a request goes no further. It has no message, so nothing of a cause can get out with it. */
export class EgressRefusal extends Error {
  readonly reason: EgressReason;
  readonly code: string | undefined;

  constructor(reason: EgressReason, cause?: unknown) {
    super(reason);
    this.reason = reason;
    this.code = systemCode(cause);
  }
}

export function refusalOf(error: unknown, otherwise: EgressReason): EgressRefusal {
  return error instanceof EgressRefusal ? error : new EgressRefusal(otherwise, error);
}

/** Refused by what is asked, not by what became of it. */
export function isVerdict({ reason }: EgressRefusal): boolean {
  return STATUS[reason] === 403 || STATUS[reason] === 400;
}

export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the sandbox is told. Of what it sent only a host that was read, and its port. */
export function refusalAnswer(reason: EgressReason, target?: Authority): RefusalAnswer {
  const text = `${SENTENCE[reason](target === undefined ? "The host" : writeAuthority(target))}\n`;
  const headers = { "content-type": "text/plain", "content-length": String(text.length), "x-dad-reason": reason };
  return { status: STATUS[reason], headers, text };
}

function systemCode(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : undefined;
}
