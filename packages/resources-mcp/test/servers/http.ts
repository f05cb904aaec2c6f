import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { properServer } from "./proper.ts";

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  /** The headers of its requests so far. */
  readonly asked: readonly IncomingHttpHeaders[];
}

/** The same server by HTTP, for whoever has the key. */
export async function httpServer(): Promise<HttpServer> {
  const handler = createMcpHandler(properServer);
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      asked.push(request.headers);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const headers = new Headers(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as [string, string]] : [])),
      );
      const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
      const { method = "GET", url = "/" } = request;
      const answer =
        request.headers.authorization === "Bearer key-of-the-server"
          ? await handler.fetch(new Request(`http://127.0.0.1${url}`, { method, headers, signal: gone.signal, ...body }))
          : new Response("who are you?", { status: 401 });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.flushHeaders();
      if (answer.body) for await (const chunk of answer.body) response.write(chunk);
      response.end();
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}
