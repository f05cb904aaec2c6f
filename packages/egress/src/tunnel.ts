import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type Authority, readAuthority } from "./authority.ts";
import { inTime } from "./dial.ts";
import { type Connection, type EgressContext, openRoute, routeOf } from "./egress-context.ts";
import { EgressRefusal, isVerdict, refusalAnswer, refusalOf } from "./egress-refusal.ts";
import { agreesWithHost } from "./request-target.ts";

/** A `CONNECT`, whose connection is the sandbox's from then on. */
export interface TunnelExchange {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  /** Takes a connection to a gateway, which speaks plain HTTP. */
  readonly toGateway: (socket: Socket) => void;
}

const ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";
/** How long a sandbox has to read why it was refused, milliseconds. */
const LINGER_MS = 5000;

/** Opens a tunnel and stays until it is closed. Never fails. What passes is not looked at. */
export async function serveTunnel(context: EgressContext, { request, socket, head, toGateway }: TunnelExchange): Promise<void> {
  const target = readAuthority(request.url ?? "");
  const end = context.log.begin({ method: "CONNECT", ...target });
  let connection: Connection | undefined;
  const bytes = (): object => connection?.bytes() ?? {};
  socket.on("error", () => {});
  if (head.length > 0) socket.unshift(head);
  try {
    const sound = soundTarget(request, target);
    const route = routeOf(context, sound);
    if (route.gateway !== undefined) {
      // What is asked for comes in there, and is told then.
      socket.write(ESTABLISHED);
      toGateway(socket);
      return;
    }
    connection = await inTime(context.limits.connectMs, context.closing, (signal) => openRoute(context, { target: sound, route }, signal));
    socket.write(ESTABLISHED);
    await splice(socket, connection.stream);
    end({ allowed: true, status: 200, ...bytes() });
  } catch (error) {
    const refusal = refusalOf(error, "aborted");
    const status = connection === undefined ? refuse(socket, refusal, target) : 200;
    const { reason, code } = refusal;
    end({ allowed: !isVerdict(refusal), reason, ...(code === undefined ? {} : { code }), status, ...bytes() });
  }
}

function soundTarget({ headersDistinct }: IncomingMessage, target: Authority | undefined): Authority {
  // Some clients leave the port out of the header, and some the header.
  if (target === undefined || !agreesWithHost(target, headersDistinct["host"] ?? [], target.port)) throw new EgressRefusal("malformed");
  return target;
}

/** Gives each side what the other one sends, at the pace of the slower one, until both have ended. Fails when one breaks off. */
async function splice(client: Socket, upstream: Socket): Promise<void> {
  const closed = Promise.all([closing(client, upstream), closing(upstream, client)]);
  client.pipe(upstream);
  upstream.pipe(client);
  const complete = await closed;
  if (!complete.every(Boolean)) throw refusalOf(upstream.errored ?? client.errored, "aborted");
}

/** Whether a side had said and heard everything when it was closed. Otherwise the other one is closed, too. */
async function closing(side: Socket, other: Socket): Promise<boolean> {
  // Not `once` of node:events: that does not wait for what comes after an error.
  if (!side.closed) await new Promise((resolve) => side.once("close", resolve));
  const complete = side.readableEnded && side.writableFinished && side.errored === null;
  if (!complete) other.destroy();
  return complete;
}

function refuse(socket: Socket, { reason }: EgressRefusal, target: Authority | undefined): number {
  const { status, headers, text } = refusalAnswer(reason, target);
  endWith(socket, { status, headers, text });
  return status;
}

/** Answers on a bare connection and closes it, once the answer was read or there was time for it. */
export function endWith(socket: Socket, { status, headers, text }: ReturnType<typeof refusalAnswer>): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${status === 400 ? "Bad Request" : "Refused"}\r\n${lines.join("")}connection: close\r\n\r\n${text}`);
}
