import { type Agent, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Answer, readJson } from "../delivery/answer.ts";
import type { Connection } from "../delivery/connection.ts";
import type { OtlpEndpoint } from "../settings.ts";

const compressed = promisify(gzip);

/** For lines of files, which no exporter takes: they are OTLP already. */
export async function post(text: string, { endpoint, connection }: Way, signal: AbortSignal): Promise<Answer> {
  const body = endpoint.compression === "gzip" ? await compressed(text) : text;
  return connection.exchange(async () => requested(body, endpoint, await connection.agent()), { signal, read: readJson });
}

export interface Way {
  readonly endpoint: OtlpEndpoint;
  readonly connection: Connection;
}

/** Settles when the request is over. Its answer is heard by the connection. */
function requested(body: string | Buffer, { url, compression }: OtlpEndpoint, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const start = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  const request = start(url, { method: "POST", agent }, (response) => {
    response.on("error", reject).once("close", resolve);
  });
  request.setHeader("Content-Type", "application/json");
  if (compression === "gzip") request.setHeader("Content-Encoding", "gzip");
  request.on("error", reject).end(body);
  return promise;
}
