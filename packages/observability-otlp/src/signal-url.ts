import type { Signal } from "./settings.ts";

/**
 * The endpoint of one signal at a receiver of all: `http://localhost:4318` takes traces at `http://localhost:4318/v1/traces`. A path and a query
 * of the receiver are kept. `undefined`: the text is no HTTP URL.
 */
export function signalUrl(receiver: string, signal: Signal): string | undefined {
  const url = httpUrl(receiver);
  if (!url) return undefined;
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url.href;
}

/** `undefined`: the text is none. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "" ? url : undefined;
}

/** What may be said of a URL: without a password, and without its query, in which some have keys. */
export function urlText(text: string): string {
  const url = httpUrl(text);
  return url ? `${url.origin}${url.pathname}` : text;
}
