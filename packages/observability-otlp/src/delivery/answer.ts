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

/** Reads what a receiver says that has taken something: `ExportTraceServiceResponse` and those of the other signals. Throws what it cannot read. */
export type ReadAnswer = (body: Uint8Array) => { readonly partialSuccess?: object | null } | null;

export const readJson: ReadAnswer = (body) => JSON.parse(Buffer.from(body).toString()) as ReturnType<ReadAnswer>;

/** Statuses after which OTLP asks clients to try again: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes. */
const LATER: readonly number[] = [429, 502, 503, 504];

/** What a reply means. */
export function answerOf(reply: Reply, read: ReadAnswer): Answer {
  const { status, headers } = reply;
  const type = one(headers["content-type"]) ?? "";
  if (status >= 200 && status < 300) {
    const page = { outcome: "refused", status, reason: "it answers with a page for people, so it is no receiver of OTLP" } as const;
    return type.startsWith("text/html") ? page : { outcome: "taken", ...rejectionIn(reply.body, read) };
  }
  const reason = `it answered ${replyText(reply)}`;
  if (LATER.includes(status)) return { outcome: "later", status, reason, afterMs: retryAfter(one(headers["retry-after"])) };
  return { outcome: "refused", status, reason };
}

/** A number that begins with `rejected`, and a message. Receivers that say nothing, or nothing that can be read, have taken everything. */
function rejectionIn(body: Buffer, read: ReadAnswer): { readonly rejected: number; readonly reason: string } {
  const members: readonly (readonly [string, unknown])[] = Object.entries(partialIn(body, read));
  const rejected = Number(members.find(([name]) => name.startsWith("rejected"))?.[1] ?? 0);
  const text = members.find(([name]) => name === "errorMessage")?.[1];
  const said = typeof text === "string" && text !== "" ? `: ${text}` : "";
  return rejected > 0 ? { rejected, reason: `it does not keep ${rejected} of them${said}` } : { rejected: 0, reason: "" };
}

function partialIn(body: Buffer, read: ReadAnswer): object {
  try {
    return read(body)?.partialSuccess ?? {};
  } catch {
    return {};
  }
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
