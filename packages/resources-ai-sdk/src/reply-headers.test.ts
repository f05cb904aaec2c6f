import { describe, expect, it } from "vitest";
import { rateLimitsOf, requestIdOf, retryAfterMs } from "./reply-headers.ts";

describe("retryAfterMs", () => {
  const date = "Thu, 26 Nov 2026 14:00:00 GMT";
  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after-ms": "250", "retry-after": "7" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "7" }, 7_000],
    [{ "retry-after": "Thu, 26 Nov 2026 14:01:30 GMT", date }, 90_000],
    [{ "retry-after": "Thu, 26 Nov 2026 13:00:00 GMT", date }, 0],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": " " }, undefined],
    [{}, undefined],
  ])("reads %j as %s", (headers: Readonly<Record<string, string>>, ms) => {
    expect(retryAfterMs(headers, undefined)).toBe(ms);
  });

  it("reads what Google has in its body", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" }];
    expect(retryAfterMs({}, JSON.stringify({ error: { code: 429, details } }))).toBe(34_500);
    expect(retryAfterMs({ "retry-after": "7" }, JSON.stringify({ error: { code: 429, details } }))).toBe(7_000);
  });
});

describe("what else a provider tells", () => {
  it("is what it calls the request", () => {
    expect(requestIdOf({ "request-id": "req_1" })).toBe("req_1");
    expect(requestIdOf({})).toBeUndefined();
  });

  it("is how its limits stand", () => {
    const limits = { "anthropic-ratelimit-tokens-remaining": "0", "x-ratelimit-reset-requests": "1s" };
    expect(rateLimitsOf({ ...limits, "content-type": "application/json", "set-cookie": "session=1" })).toEqual(limits);
    expect(rateLimitsOf({ "content-type": "application/json" })).toBeUndefined();
  });
});
