import { validateHeaderName, validateHeaderValue } from "node:http";
import { type Authority, isHostName, lowerCase } from "./authority.ts";
import { EgressRefusal } from "./egress-refusal.ts";
import { EgressRuleError } from "./errors.ts";
import { FRAMING } from "./message-headers.ts";

type HeaderValues = Readonly<Record<string, string>>;

/**
 * A host that only this proxy has: what is sent to it goes to the target, with headers that the sandbox never sees. It is
 * reached by plain HTTP on port 80, and the target by what its URL says.
 */
export interface EgressGateway {
  /** A name, such as `llm.dad.internal`: `http://llm.dad.internal/…` in the sandbox. No rule is needed for it. */
  readonly host: string;
  /** `http:` or `https:`, to which the paths are appended; nobody gets above its path. Its address is not checked: who composes the proxy named it. */
  readonly target: string | URL;
  /**
   * Replace what the sandbox sends under these names. Every word of the values that has 12 characters or more is a secret: it
   * is taken out of what comes back. What is none (a version of an interface) the sandbox can send itself.
   */
  readonly headers: HeaderValues | (() => HeaderValues | Promise<HeaderValues>);
  /** Certificates (PEM) that are trusted instead of those that Node trusts. */
  readonly ca?: string;
}

/** A gateway that was read. */
export interface SoundGateway {
  readonly host: string;
  readonly target: Authority & { readonly secure: boolean; readonly ca: string | undefined; readonly path: string };
  readonly headers: () => Promise<HeaderValues>;
}

export const GATEWAY_PORT = 80;
const DEFAULT_PORT: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Fails with `EGRESS_RULE_INVALID`, which has nothing of the headers but their names. */
export function soundGateway({ host, target, headers, ca }: EgressGateway): SoundGateway {
  const name = lowerCase(host);
  if (!isHostName(name)) throw new EgressRuleError(host, "a gateway is a name of letters, digits, hyphens and dots, without a port");
  const url = readTarget(host, target);
  if (typeof headers !== "function")
    assertHeaders(headers, (header) => new EgressRuleError(host, `its header ${JSON.stringify(header)} cannot be sent`));
  const give = typeof headers === "function" ? headers : () => headers;
  return {
    host: name,
    target: {
      host: url.hostname.replaceAll(/[[\]]/g, ""),
      port: url.port === "" ? (DEFAULT_PORT[url.protocol] ?? 0) : Number(url.port),
      secure: url.protocol === "https:",
      ca,
      path: url.pathname.replace(/\/$/, ""),
    },
    headers: async () => {
      try {
        const given = await give();
        assertHeaders(given, () => new EgressRefusal("gateway-failed"));
        return given;
      } catch (cause) {
        throw new EgressRefusal("gateway-failed", cause);
      }
    },
  };
}

function readTarget(host: string, target: string | URL): URL {
  const url = URL.parse(String(target));
  if (url === null || DEFAULT_PORT[url.protocol] === undefined) throw new EgressRuleError(host, "its target is no URL of http: or https:");
  if (url.username !== "" || url.password !== "") throw new EgressRuleError(host, "its target has a user: send it as a header");
  if (url.search !== "" || url.hash !== "") throw new EgressRuleError(host, "its target has a query or a fragment: paths are appended to it");
  return url;
}

function assertHeaders(headers: HeaderValues, failure: (name: string) => Error): void {
  const wrong = Object.entries(headers).find(([name, value]) => FRAMING.has(name.toLowerCase()) || !isSendable(name, value));
  if (wrong !== undefined) throw failure(wrong[0]);
}

/** Says only whether: what Node would throw may have the value in it. */
function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
