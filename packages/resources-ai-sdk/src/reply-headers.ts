import type { Json } from "@dad/protocol";

type Headers = Readonly<Record<string, string>>;

/**
 * When the provider says that a call may be made again: milliseconds from now. Of `retry-after-ms`, `retry-after` in seconds or as a
 * date (RFC 9110, section 10.2.3) by the clock of the provider, and what Google has in its body (`google.rpc.RetryInfo`).
 */
export function retryAfterMs(headers: Headers, body: string | undefined): number | undefined {
  return [Number(headers["retry-after-ms"] ?? Number.NaN), ofRetryAfter(headers), ofBody(body)].find((ms) => Number.isFinite(ms) && ms >= 0);
}

function ofRetryAfter({ "retry-after": value, date }: Headers): number {
  if (value === undefined || value.trim() === "") return Number.NaN;
  if (!Number.isNaN(Number(value))) return Number(value) * 1000;
  const now = Date.parse(date ?? "");
  return Math.max(0, Date.parse(value) - (Number.isNaN(now) ? Date.now() : now));
}

function ofBody(body: string | undefined): number {
  const seconds = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body ?? "")?.[1];
  return seconds === undefined ? Number.NaN : Number(seconds) * 1000;
}

const REQUEST_IDS = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"];

/** What a provider calls the request, for whoever asks it about that. */
export function requestIdOf(headers: Headers): string | undefined {
  return REQUEST_IDS.map((name) => headers[name]).find((id) => id !== undefined);
}

/** The limits that the provider tells of: `x-ratelimit-remaining-requests`, `anthropic-ratelimit-tokens-reset`, …, as it tells them. */
export function rateLimitsOf(headers: Headers): Readonly<Record<string, Json>> | undefined {
  const limits = Object.entries(headers).filter(([name]) => /(?:^|-)ratelimit-/.test(name));
  return limits.length === 0 ? undefined : Object.fromEntries(limits);
}
