import { readFile } from "node:fs/promises";
import { Agent as HttpAgent, type ClientRequest } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { urlToHttpOptions } from "node:url";
import type { OtlpEndpoint } from "../settings.ts";

/** Node takes for an agent whatever has this. It is called in the constructor of each request. */
interface TakesRequests {
  addRequest: (this: HttpAgent, request: ClientRequest, options: object) => void;
}

/**
 * An agent for clients of HTTP that are not ours. `attend` is called with each request before anything of it is sent; when it throws, nothing is.
 * Rejects when a file in PEM cannot be read.
 */
export async function attendedAgent({ url, tls = {} }: OtlpEndpoint, attend: (request: ClientRequest) => void): Promise<HttpAgent> {
  const secure = new URL(url).protocol === "https:";
  const files = await Promise.all(Object.entries(secure ? tls : {}).map(async ([name, file]) => [name, await readFile(file)] as const));
  const options = { keepAlive: true, ...Object.fromEntries(files) };
  const agent = (secure ? new HttpsAgent(options) : new HttpAgent(options)) as HttpAgent & TakesRequests;
  const { addRequest } = agent;
  agent.addRequest = (request, requested) => {
    attend(request);
    addRequest.call(agent, request, requested);
  };
  return agent;
}

/** Says all headers anew: exporters add those of the variables of the host, which are for a receiver of the host. */
export function setHeaders(request: ClientRequest, { url, headers = {} }: OtlpEndpoint): void {
  const parsed = new URL(url);
  const { auth } = urlToHttpOptions(parsed);
  // Node says these by itself only as long as nothing of that name was removed.
  const usual = [
    ["Host", parsed.host],
    ["Connection", "keep-alive"],
    ["Transfer-Encoding", "chunked"],
    ["Authorization", typeof auth === "string" ? `Basic ${Buffer.from(auth).toString("base64")}` : undefined],
    ["User-Agent", request.getHeader("User-Agent")],
  ] as const;
  const type = ["Content-Type", request.getHeader("Content-Type")] as const;
  for (const name of request.getHeaderNames()) request.removeHeader(name);
  for (const [name, value] of [...usual, ...Object.entries(headers), type]) if (value !== undefined) request.setHeader(name, value);
}
