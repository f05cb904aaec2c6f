import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { chmod } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { isAbsolute } from "node:path";
import { type EgressLookup, systemLookup } from "./dial.ts";
import type { EgressContext, EgressLimits } from "./egress-context.ts";
import { type Asked, decisionLog, type EgressDecision } from "./egress-decision.ts";
import { EgressRefusal, refusalAnswer } from "./egress-refusal.ts";
import { type EgressRule, soundRule } from "./egress-rule.ts";
import { EgressFailedError, EgressRuleError } from "./errors.ts";
import { serveHttp } from "./forward.ts";
import { type EgressGateway, soundGateway } from "./gateway.ts";
import { readAbsolute, readOrigin, type RequestTarget } from "./request-target.ts";
import { endWith, serveTunnel } from "./tunnel.ts";

/** An absolute path of a socket in a directory that only its user may enter, or an address of this machine; port 0 is any that is free. */
export type EgressListen = { readonly path: string; readonly mode?: number } | { readonly host: string; readonly port: number };

export type EgressAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface EgressProxyOptions {
  /** Whoever connects there has the rights of these rules, so there is one proxy for each run. `mode` of the socket is 0o600 by default. */
  readonly listen: EgressListen;
  readonly rules: readonly EgressRule[];
  readonly gateways?: readonly EgressGateway[];
  /** Told of each request once, when it is over: of what is refused at once, of a tunnel to a gateway by the requests in it. What it throws harms nothing. */
  readonly onDecision?: (decision: EgressDecision) => void;
  /** Default: what the system knows. */
  readonly lookup?: EgressLookup;
  readonly limits?: EgressLimits;
  /** Ends the proxy, as disposing of it does. */
  readonly signal?: AbortSignal;
}

/** Disposing of it ends every connection at once, and removes the socket. */
export interface EgressProxy extends AsyncDisposable {
  readonly address: EgressAddress;
  /** The last ones, the oldest first. */
  decisions(): readonly EgressDecision[];
}

const DEFAULT_LIMITS = { connections: 256, headerBytes: 16 * 1024, connectMs: 10_000, idleMs: 600_000, decisions: 1000 };
/** How long a sandbox may take to say what it asks for, milliseconds. */
const HEADERS_MS = 30_000;
const OWNER_ONLY = 0o600;
/** `sun_path` with its final NUL: unix(7). */
const PATH_BYTES = process.platform === "linux" ? 107 : 103;

/**
 * Lets through what the rules allow: `CONNECT`, and absolute URLs of plain HTTP. What they do not allow gets 403, and the reason in
 * `x-dad-reason`; what is malformed 400, what cannot be reached 502, what takes too long 504. A name is resolved once, and
 * when any of its addresses may not be reached, none is. Names that no rule allows are never resolved.
 *
 * Fails with `EGRESS_RULE_INVALID` or `EGRESS_FAILED`.
 */
export async function openEgressProxy(options: EgressProxyOptions): Promise<EgressProxy> {
  const { listen, signal } = options;
  signal?.throwIfAborted();
  if ("path" in listen && !isAbsolute(listen.path))
    throw new TypeError(`the path of the socket must be absolute, not ${JSON.stringify(listen.path)}`);
  const end = new AbortController();
  const open = new Set<Socket>();
  const context = contextOf(options, end.signal);
  const { server, idle } = serverOf(context);
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  const address = await startListening(server, listen);
  server.on("error", (cause) => overloaded(context, cause));

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    signal?.removeEventListener("abort", abort);
    end.abort();
    const gone = new Promise<unknown>((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await gone;
    await idle();
  };
  const dispose = (): Promise<void> => (closed ??= close());
  const abort = (): void => void dispose();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) {
    await dispose();
    throw signal.reason;
  }
  return { address, decisions: () => context.log.latest(), [Symbol.asyncDispose]: dispose };
}

function contextOf(options: EgressProxyOptions, closing: AbortSignal): EgressContext {
  const { rules, gateways = [], onDecision, lookup = systemLookup } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isInteger(value) || value < 1) throw new TypeError(`limits.${name} must be a whole number above 0, not ${value}`);
  }
  const sound = gateways.map(soundGateway);
  const twice = sound.find(({ host }, at) => sound.findIndex((other) => other.host === host) !== at);
  if (twice !== undefined) throw new EgressRuleError(twice.host, "there are two gateways of this name");
  return {
    closing,
    rules: rules.map((rule) => soundRule(rule)),
    gateways: new Map(sound.map((gateway) => [gateway.host, gateway])),
    lookup,
    limits,
    log: decisionLog(limits.decisions, onDecision),
  };
}

type ReadTarget = (request: IncomingMessage) => RequestTarget | undefined;

/** The server, and what waits until everything that it does is done. */
function serverOf(context: EgressContext): { readonly server: Server; readonly idle: () => Promise<unknown> } {
  const { limits } = context;
  const busy = new Set<Promise<void>>();
  const keep = (work: Promise<void>): void => {
    busy.add(work);
    void work.finally(() => busy.delete(work));
  };
  const settings: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: HEADERS_MS,
    requestTimeout: 0,
    insecureHTTPParser: false,
    // It is looked at together with what is asked for, so that this is told, too.
    requireHostHeader: false,
  };
  const serve = (read: ReadTarget): Server =>
    createServer(settings, (request: IncomingMessage, response: ServerResponse) =>
      keep(serveHttp(context, { request, response, target: read(request) })),
    );

  const server = serve(({ url = "" }) => readAbsolute(url));
  // Never listens: it is given the tunnels to gateways, in which clients talk to the gateway as to a server.
  const gateways = serve(({ url = "", headers }) => gatewayTarget(context, readOrigin(url, headers.host)));
  gateways.setTimeout(limits.idleMs);
  const toGateway = (socket: Socket): void => void gateways.emit("connection", socket);
  server.maxConnections = limits.connections;
  server.on("connect", (request, socket: Socket, head) => keep(serveTunnel(context, { request, socket, head, toGateway })));
  server.on("drop", () => overloaded(context));
  // A tunnel in a tunnel leads nowhere.
  gateways.on("connect", (_request, socket) => refuseMalformed(context, socket as Socket, { asked: { method: "CONNECT" } }));
  for (const each of [server, gateways]) {
    each.on("clientError", (error, socket) => refuseUnreadable(context, error, socket as Socket));
    // Node would refuse an unknown `Expect` by itself, and nobody would be told.
    each.on("checkExpectation", (request, response) => keep(serveHttp(context, { request, response, target: undefined })));
  }
  return { server, idle: () => Promise.all(busy) };
}

/** In a tunnel to a gateway there are gateways only. */
function gatewayTarget({ gateways }: EgressContext, target: RequestTarget | undefined): RequestTarget | undefined {
  return target !== undefined && gateways.has(target.host) ? target : undefined;
}

/** More connections than the proxy, or the system, has room for. */
function overloaded({ log }: EgressContext, cause?: Error): void {
  const { reason, code } = new EgressRefusal("too-many-connections", cause);
  log.begin({})({ allowed: false, reason, ...(code === undefined ? {} : { code }) });
}

function refuseUnreadable({ log }: EgressContext, cause: Error, socket: Socket): void {
  const { code } = new EgressRefusal("malformed", cause);
  // A connection that breaks off asks for nothing.
  if (code === undefined || !/^(?:HPE|ERR_HTTP)_/.test(code) || !socket.writable) {
    socket.destroy();
    return;
  }
  refuseMalformed({ log }, socket, { code });
}

interface Unread {
  readonly asked?: Asked;
  readonly code?: string;
}

function refuseMalformed({ log }: Pick<EgressContext, "log">, socket: Socket, { asked = {}, code }: Unread): void {
  const answer = refusalAnswer("malformed");
  socket.on("error", () => {});
  endWith(socket, answer);
  log.begin(asked)({ allowed: false, reason: "malformed", ...(code === undefined ? {} : { code }), status: answer.status });
}

async function startListening(server: Server, listen: EgressListen): Promise<EgressAddress> {
  const named = "path" in listen ? listen.path : `${listen.host}:${listen.port}`;
  if ("path" in listen && Buffer.byteLength(listen.path) > PATH_BYTES) {
    throw new EgressFailedError(named, { reason: `the path of a socket has at most ${PATH_BYTES} bytes` });
  }
  try {
    server.listen("path" in listen ? { path: listen.path } : { host: listen.host, port: listen.port });
    await once(server, "listening");
    if ("path" in listen) await chmod(listen.path, listen.mode ?? OWNER_ONLY);
  } catch (cause) {
    server.close();
    throw new EgressFailedError(named, { cause, reason: cause instanceof Error ? cause.message : String(cause) });
  }
  if ("path" in listen) return { path: listen.path };
  return { host: listen.host, port: (server.address() as AddressInfo).port };
}
