import { isIP, isIPv6 } from "node:net";
import { type Authority, isHostName, isPort, lowerCase, readHost } from "./authority.ts";
import { EgressRuleError } from "./errors.ts";

/** What may be reached. What no rule names may not. */
export interface EgressRule {
  /**
   * A name (`api.example.com`), every name below one (`*.example.com`, which `example.com` itself is not), or an address.
   * An address stands for itself and may be any; it is never what a name resolves to.
   */
  readonly host: string;
  /** Default: 443 and 80. */
  readonly ports?: readonly number[];
  /**
   * The name may resolve to this machine, to a private network or to a carrier's (RFC 1918, RFC 4193, RFC 6598). Never to
   * link-local addresses, to multicast, or to where clouds keep credentials. Default `false`.
   */
  readonly private?: boolean;
}

const DEFAULT_PORTS = [443, 80] as const;
const WILDCARD = "*.";
const TEXT = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s;

/**
 * Reads `host` or `host:port`; an IPv6 address stands in brackets. Fails with `EGRESS_RULE_INVALID`. It is never private:
 * `{ ...parseEgressRule("model.lan:8080"), private: true }` says so.
 */
export function parseEgressRule(text: string): EgressRule {
  if (text.includes("://")) throw new EgressRuleError(text, "leave out the scheme: a rule is a host, or a host and a port");
  if (text.includes("/")) throw new EgressRuleError(text, "leave out the path: a rule is a host, or a host and a port");
  if (text.includes("@")) throw new EgressRuleError(text, "leave out the user: a rule is a host, or a host and a port");
  const [, host = text, digits] = TEXT.exec(text) ?? [];
  if (digits === undefined) return soundRule({ host }, text);
  if (!/^[1-9][0-9]{0,4}$/.test(digits)) throw new EgressRuleError(text, portProblem(digits, host));
  return soundRule({ host, ports: [Number(digits)] }, text);
}

function portProblem(digits: string, host: string): string {
  return isIPv6(`${host}:${digits}`)
    ? `an IPv6 address stands in brackets, as in "[${host}:${digits}]:443"`
    : `${JSON.stringify(digits)} is no port from 1 to 65535`;
}

/** The rule in the form in which it is compared. Fails with `EGRESS_RULE_INVALID`; `text` is what to call it then. */
export function soundRule(rule: EgressRule, text: string = rule.host): Required<EgressRule> {
  const { ports = DEFAULT_PORTS, private: priv = false } = rule;
  const wrong = ports.find((port) => !isPort(port));
  if (wrong !== undefined) throw new EgressRuleError(text, `${wrong} is no port from 1 to 65535`);
  if (ports.length === 0) throw new EgressRuleError(text, "it names no port: leave `ports` out for 443 and 80");
  return { host: soundHost(rule.host, text), ports: [...ports], private: priv };
}

function soundHost(written: string, text: string): string {
  const lower = lowerCase(written);
  if (lower.startsWith(WILDCARD)) return soundWildcard(lower, text);
  const host = isIPv6(lower) ? readHost(`[${lower}]`) : readHost(lower);
  if (host !== undefined) return host;
  if (lower === "") throw new EgressRuleError(text, "it names no host");
  if (lower.includes("*")) throw new EgressRuleError(text, 'a star stands for whole names at the beginning only, as in "*.example.com"');
  if (lower.endsWith(".")) throw new EgressRuleError(text, "leave out the dot at the end");
  if (lower.includes("%")) throw new EgressRuleError(text, "an address with a zone cannot be allowed");
  if (isIP(lower.replaceAll(/[[\]]/g, "")) !== 0) throw new EgressRuleError(text, "write the IPv4 address that it holds, as four decimal numbers");
  throw new EgressRuleError(text, "a host is a name of letters, digits, hyphens and dots (other scripts in punycode), or an address in full");
}

function soundWildcard(host: string, text: string): string {
  const domain = host.slice(WILDCARD.length);
  if (!isHostName(domain)) throw new EgressRuleError(text, 'after "*." comes a name of letters, digits, hyphens and dots');
  if (!domain.includes(".")) throw new EgressRuleError(text, `every name below "${domain}" is too much: name at least two labels`);
  return host;
}

/** What the rules say of a host and a port. */
export type Judgement =
  | { readonly allowed: true; readonly private: boolean }
  | { readonly allowed: false; readonly reason: "host-not-allowed" | "port-not-allowed" };

export function judge(rules: readonly Required<EgressRule>[], { host, port }: Authority): Judgement {
  const named = rules.filter((rule) => matches(rule.host, host));
  const matching = named.filter((rule) => rule.ports.includes(port));
  if (matching.length > 0) return { allowed: true, private: matching.some((rule) => rule.private) };
  return { allowed: false, reason: named.length > 0 ? "port-not-allowed" : "host-not-allowed" };
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith(WILDCARD) ? isHostName(host) && host.endsWith(pattern.slice(1)) : pattern === host;
}
