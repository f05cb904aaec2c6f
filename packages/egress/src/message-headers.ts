import type { IncomingMessage } from "node:http";
import { EgressRefusal } from "./egress-refusal.ts";

/** Between two neighbours only (RFC 9110 § 7.6.1), or said anew by whoever sends on, or by this proxy alone. */
export const FRAMING: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-dad-reason",
]);
/** With these a sandbox could act as somebody else at the target, or take home what the target gave to the key's owner. */
const CREDENTIALS = ["api-key", "authorization", "cookie", "set-cookie", "x-api-key", "x-goog-api-key"];

/** With these a sandbox would have a secret come home in pieces, of which none is one. */
const PARTIAL = ["if-range", "range"];

export type Headers = Record<string, string | string[]>;

/** What goes on of the headers of a message: all but those of the connection, and those that the connection names. */
export function headersOnward({ headersDistinct }: Pick<IncomingMessage, "headersDistinct">): Headers {
  const named = (headersDistinct["connection"] ?? []).flatMap((value) => value.toLowerCase().split(",")).map((name) => name.trim());
  const dropped = new Set([...FRAMING, ...named]);
  const kept = Object.entries(headersDistinct).filter(([name, values]) => !dropped.has(name) && values !== undefined);
  return Object.fromEntries(kept) as Headers;
}

/** The same without credentials. */
export function withoutCredentials(headers: Headers): Headers {
  return without(headers, CREDENTIALS);
}

/** What a gateway sends on of a request: no credentials, and nothing that asks for a part of an answer. */
export function gatewayOnward(headers: Headers): Headers {
  return without(headers, [...CREDENTIALS, ...PARTIAL]);
}

function without(headers: Headers, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** How the body of a request is told apart from what comes after it, or `undefined` when it has none. */
export function requestFraming({ headersDistinct }: IncomingMessage): Headers | undefined {
  const encoding = headersDistinct["transfer-encoding"]?.join();
  const length = headersDistinct["content-length"]?.[0];
  // Node takes off "chunked" only: what else there is would be sent on under a wrong name.
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") throw new EgressRefusal("malformed");
  if (encoding !== undefined) return { "transfer-encoding": "chunked" };
  return length === undefined ? undefined : { "content-length": length };
}

/** The length of an answer's body, where it is known. */
export function answerFraming({ headersDistinct }: IncomingMessage): Headers {
  const length = headersDistinct["content-length"]?.[0];
  return length === undefined || headersDistinct["transfer-encoding"] !== undefined ? {} : { "content-length": length };
}
