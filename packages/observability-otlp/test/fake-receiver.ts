import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { type OtlpSinkOptions, signalUrl } from "@dad/observability-otlp";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface FakeReceiver extends AsyncDisposable {
  readonly url: string;
  /** What was answered, and what was not. */
  readonly received: readonly Received[];
  /** Resolves when so many requests have come. */
  came(count: number): Promise<void>;
  /** The names of the spans in all that was received by http/json. */
  spanNames(): string[];
}

export type Answering = (response: ServerResponse, request: Received, index: number) => void;

export const TAKES: Answering = (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}");

export function answers(status: number, headers: Readonly<Record<string, string>> = {}, text = ""): Answering {
  return (response) => void response.writeHead(status, headers).end(text);
}

/** A receiver that does as it is told, on a port of its own. */
export async function fakeReceiver(answer: Answering): Promise<FakeReceiver> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const sockets = new Set<Socket>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
    const one = { path: request.url ?? "", headers: request.headers, text };
    received.push(one);
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    answer(response, one, received.length - 1);
  };
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
  server.on("connection", (socket) => sockets.add(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async came(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, resolve });
      if (received.length >= count) resolve();
      await promise;
    },
    spanNames: () => received.flatMap(({ text }) => [...text.matchAll(/"name":"(span[^"]*)"/g)].map(([, name]) => name as string)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export const ORIGIN: OtlpSinkOptions["origin"] = {
  resource: { "service.name": "tested" },
  scope: { name: "@dad/test", version: "1.2.3" },
  schemaUrl: "https://opentelemetry.io/schemas/1.42.0",
};

/** The endpoints of all signals. */
export function endpoints(url: string, more: object = {}): Pick<OtlpSinkOptions, "traces" | "metrics" | "logs"> {
  const at = (signal: "traces" | "metrics" | "logs") => ({ url: signalUrl(url, signal) as string, ...more });
  return { traces: at("traces"), metrics: at("metrics"), logs: at("logs") };
}
