import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type ListenOptions } from "node:net";
import type { Ground } from "./attempt.ts";

export interface HostServer {
  readonly port: number;
  /** How often somebody connected. */
  connections(): number;
}

/** A server of the host that gives the marker to whoever asks, as plain HTTP. */
export async function openServer(ground: Ground, listen: ListenOptions): Promise<HostServer> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    const { marker } = ground;
    socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${marker.length}\r\nconnection: close\r\n\r\n${marker}`));
  });
  server.listen(listen);
  await once(server, "listening");
  ground.defer(() => void server.close());
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, connections: () => connections };
}

export interface HostReceiver {
  readonly port: number;
  /** What has been sent to it so far. */
  received(): Promise<readonly string[]>;
}

/** Receives datagrams on loopback. They come in the order in which they were sent, so the host's own closes the list. */
export async function openReceiver(ground: Ground): Promise<HostReceiver> {
  const socket = createSocket("udp4");
  const messages: string[] = [];
  socket.on("message", (message) => void messages.push(String(message)));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  ground.defer(() => void socket.close());
  const { port } = socket.address();
  return {
    port,
    async received() {
      const last = once(socket, "message", { signal: AbortSignal.timeout(5000) });
      socket.send("end of the list", port, "127.0.0.1");
      while (!messages.includes("end of the list")) await Promise.race([last, once(socket, "message")]);
      return messages.slice(0, messages.indexOf("end of the list"));
    },
  };
}
