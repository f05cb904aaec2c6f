import { urlText } from "../signal-url.ts";

/** What became of one request. Reasons are for people. */
export type Answer =
  /** `rejected`: of what was sent, the receiver says that it keeps so many not, and why. */
  | { readonly outcome: "taken"; readonly rejected: number; readonly reason: string }
  /** It has no time for it now. `afterMs`: when it says that it may. */
  | { readonly outcome: "later"; readonly status: number; readonly reason: string; readonly afterMs: number | undefined }
  | { readonly outcome: "refused"; readonly status: number | undefined; readonly reason: string }
  /** It cannot be reached, or gave no answer in time. */
  | { readonly outcome: "unreachable"; readonly reason: string; readonly cause: unknown };

export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The beginning of it. */
  readonly body: Buffer;
}

export interface Rejection {
  readonly rejected: number;
  readonly reason: string;
}

/** Statuses after which OTLP asks clients to try again: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes. */
const LATER: readonly number[] = [429, 502, 503, 504];

/** What a reply means. `rejection` reads the message of one that took what it got. */
export function answerOf(reply: Reply, rejection: (reply: Reply) => Rejection): Answer {
  const { status, headers } = reply;
  const type = one(headers["content-type"]) ?? "";
  if (status >= 200 && status < 300) {
    const page = { outcome: "refused", status, reason: "it answers with a page for people, so it is no receiver of OTLP" } as const;
    return type.startsWith("text/html") ? page : { outcome: "taken", ...rejection(reply) };
  }
  const reason = `it answered ${replyText(reply)}`;
  if (LATER.includes(status)) return { outcome: "later", status, reason, afterMs: retryAfter(one(headers["retry-after"])) };
  return { outcome: "refused", status, reason };
}

function replyText({ status, statusText, headers, body }: Reply): string {
  const to = one(headers["location"]);
  if (to !== undefined && status < 400) return `${status} ${statusText} and wants to be asked at ${urlText(to)}`;
  const type = one(headers["content-type"]) ?? "";
  // A status of protobuf has a message in it, which is the most of it that can be read.
  const said = type.startsWith("text/html") ? "" : visible(body.toString());
  return [`${status} ${statusText}`.trim(), said].filter((part) => part !== "").join(": ");
}

/** On one line, without what moves the cursor. */
function visible(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\ufffd\s]+/gu, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** RFC 9110, 10.2.3: seconds, or a date. In milliseconds from now. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
