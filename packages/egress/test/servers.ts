import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openEgressProxy, type EgressDecision, type EgressProxy, type EgressProxyOptions } from "@dad/egress";
import { certificate, key } from "./certificate.ts";

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listening(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const gone = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await gone;
    },
  };
}

export function httpServer(answer: RequestListener): Promise<Listening> {
  return listening(createHttpServer(answer));
}

/** Knows itself as `api.example.com`. */
export function httpsServer(answer: RequestListener): Promise<Listening> {
  return listening(createHttpsServer({ cert: certificate, key }, answer));
}

export function tcpServer(serve: (socket: Socket) => void): Promise<Listening> {
  return listening(createServer({ allowHalfOpen: true }, serve));
}

export interface TestedProxy extends EgressProxy {
  readonly path: string;
  /** A connection of the sandbox. */
  dial(): Promise<Socket>;
  /** Sends bytes, and gives all that comes back until the proxy ends the connection, or as much as an answer has. */
  send(bytes: string): Promise<string>;
  /** The next decision that nobody asked for yet. */
  readonly decision: () => Promise<EgressDecision>;
}

/** Keeps decisions until they are asked for. */
function decisionQueue(): Pick<TestedProxy, "decision"> & { readonly onDecision: (decision: EgressDecision) => void } {
  const queue: EgressDecision[] = [];
  const waiting: (() => void)[] = [];
  return {
    onDecision(decision) {
      queue.push(decision);
      waiting.shift()?.();
    },
    async decision() {
      while (queue.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return queue.shift() as EgressDecision;
    },
  };
}

/** A proxy on a socket of its own, for which every name leads to this machine unless a lookup is given. */
export async function proxy(options: Partial<EgressProxyOptions> = {}): Promise<TestedProxy> {
  const directory = await mkdtemp(join(tmpdir(), "dad-egress-"));
  const path = join(directory, "e.sock");
  const { onDecision, decision } = decisionQueue();
  const removed = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const opened = await openEgressProxy({ listen: { path }, rules: [], lookup: async () => ["127.0.0.1"], onDecision, ...options }).catch(
    async (error: unknown) => {
      await removed();
      throw error;
    },
  );
  const dial = async (): Promise<Socket> => {
    const socket = connect({ path, allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  };
  return {
    ...opened,
    path,
    dial,
    async send(bytes) {
      const socket = await dial();
      socket.write(bytes, "latin1");
      const answer = await text(socket);
      socket.destroy();
      return answer;
    },
    decision,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await removed();
    },
  };
}

/** Opens a tunnel and gives its connection once the proxy says that it is there. */
export async function tunnel(through: TestedProxy, authority: string): Promise<Socket> {
  const socket = await through.dial();
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!String(answer).startsWith("HTTP/1.1 200 ")) throw new Error(`refused: ${String(answer)}`);
  socket.pause();
  return socket;
}

/** All that a connection hears. Unlike `text`, it leaves the connection open for an answer. */
export async function heard(socket: Socket): Promise<string> {
  let all = "";
  socket.on("data", (chunk) => (all += String(chunk)));
  await once(socket, "end");
  return all;
}
