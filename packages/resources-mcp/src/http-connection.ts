import { withoutCredentials } from "@dad/secrets";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Connection } from "./connection.ts";
import type { McpHttpServer } from "./mcp-server.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { named, redactorOf, revealed } from "./revealed.ts";

const MESSAGE_BYTES = 10 * 1024 * 1024;
/** How long a server is waited for that is told that its session is over. */
const GOODBYE_MS = 2_000;

/** A server that is there already. @throws TypeError for a URL that is none, or not of HTTP. */
export function httpConnection({ name, url, headers = {}, fetch: own = fetch, limits = {} }: McpHttpServer): Connection {
  if (!URL.canParse(String(url)) || !/^https?:$/.test(new URL(url).protocol))
    throw new TypeError(`the address of the tools of ${name} is ${JSON.stringify(String(url))}: give an absolute one, of http or https`);
  const address = new URL(url);
  return {
    identity: { url: withoutCredentials(address), headers: named(headers) },
    async connect({ signal }) {
      const given = await revealed(headers, signal);
      signal?.throwIfAborted();
      const over = new AbortController();
      const bounded = boundedFetch(own, limits.messageBytes ?? MESSAGE_BYTES);
      const transport = new StreamableHTTPClientTransport(address, {
        requestInit: { headers: given },
        fetch: (input, init) => bounded(input, over.signal.aborted ? { ...init, signal: over.signal } : init),
        reconnectionOptions: { maxRetries: 1, initialReconnectionDelay: 500, maxReconnectionDelay: 1_000, reconnectionDelayGrowFactor: 1 },
      });
      return {
        transport,
        reached: { transport: "tcp", address: address.hostname, port: Number(address.port) || (address.protocol === "http:" ? 80 : 443) },
        redactor: redactorOf(headers, given),
        trouble: () => "",
        async end() {
          const timer = setTimeout(() => over.abort(), GOODBYE_MS);
          await Promise.race([transport.terminateSession().catch(() => undefined), aborted(over.signal)]);
          clearTimeout(timer);
          over.abort();
        },
      };
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
