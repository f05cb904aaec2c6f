import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { type Connection, type EgressContext, gatewayOf, openRoute, type Route, routeOf } from "./egress-context.ts";
import { inTime } from "./dial.ts";
import { EgressRefusal, isVerdict, refusalAnswer, refusalOf } from "./egress-refusal.ts";
import { writeHost } from "./authority.ts";
import { answerFraming, gatewayOnward, type Headers, headersOnward, requestFraming, withoutCredentials } from "./message-headers.ts";
import { agreesWithHost, goesUp, type RequestTarget, withoutQuery } from "./request-target.ts";
import { holdsSecret, secretMask, secretsOf } from "./secret-mask.ts";

/** A request in plain HTTP, and where to answer it. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Absent when it cannot be read. */
  readonly target: RequestTarget | undefined;
}

const HTTP_PORT = 80;

/** Answers a request of plain HTTP, by a rule or by a gateway. Never fails. */
export async function serveHttp(context: EgressContext, exchange: HttpExchange): Promise<void> {
  const { request, response, target } = exchange;
  const end = context.log.begin(askedFor(context, exchange));
  let connection: Connection | undefined;
  const bytes = (): object => connection?.bytes() ?? {};
  try {
    const sound = soundTarget(exchange);
    const route = routeOf(context, sound);
    if (route.gateway !== undefined && goesUp(sound.path)) throw new EgressRefusal("malformed");
    const framing = requestFraming(request);
    connection = await inTime(context.limits.connectMs, context.closing, (signal) => openRoute(context, { target: sound, route }, signal));
    const status = await exchangeOn(connection, exchange, onward({ request, target: sound, route, connection, framing }));
    end({ allowed: true, status, ...bytes() });
  } catch (error) {
    const refusal = refusalOf(error, "unreachable");
    const status = refuse(response, refusal, target);
    const { reason, code } = refusal;
    end({ allowed: !isVerdict(refusal), reason, ...(code === undefined ? {} : { code }), status, ...bytes() });
  } finally {
    connection?.stream.destroy();
    // What of a body nobody wanted any more still stands between this request and the next one.
    request.unpipe();
    request.resume();
  }
}

function askedFor(context: EgressContext, { request: { method }, target }: HttpExchange): object {
  const place = target === undefined ? {} : { host: target.host, port: target.port, path: withoutQuery(target.path) };
  return { method, ...place, ...(gatewayOf(context, target) === undefined ? {} : { gateway: true }) };
}

function soundTarget({ request, target }: HttpExchange): RequestTarget {
  const hosts = request.headersDistinct["host"] ?? [];
  const lacksHost = hosts.length === 0 && request.httpVersion !== "1.0";
  if (target === undefined || lacksHost || !agreesWithHost(target, hosts)) throw new EgressRefusal("malformed");
  return target;
}

function refuse(response: ServerResponse, { reason }: EgressRefusal, target: RequestTarget | undefined): number {
  if (response.headersSent) {
    // The sandbox must not take what it has for the whole answer.
    response.destroy();
    return response.statusCode;
  }
  const { status, headers, text } = refusalAnswer(reason, target);
  // What comes after something that cannot be read cannot be read either.
  response.shouldKeepAlive = reason !== "malformed" && response.shouldKeepAlive;
  response.writeHead(status, headers).end(text);
  return status;
}

interface Onward {
  readonly path: string;
  readonly headers: Headers;
  readonly hasBody: boolean;
  /** What must not come back. Absent where there is no gateway. */
  readonly secrets: readonly Buffer[] | undefined;
}

interface Forwarded {
  readonly request: IncomingMessage;
  readonly target: RequestTarget;
  readonly route: Route;
  readonly connection: Connection;
  readonly framing: Headers | undefined;
}

/** What is sent on: the same request, or that of the gateway, in which no answer is compressed: it could not be searched. */
function onward({ request, target, route: { gateway }, connection, framing }: Forwarded): Onward {
  const { host, port } = gateway?.target ?? target;
  const own = headersOnward(request);
  const added = Object.entries(connection.added).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = gateway === undefined ? own : { ...gatewayOnward(own), "accept-encoding": "identity", ...Object.fromEntries(added) };
  const isDefaultPort = port === (gateway?.target.secure === true ? 443 : HTTP_PORT);
  return {
    path: `${gateway?.target.path ?? ""}${target.path}`,
    headers: { ...kept, ...framing, host: isDefaultPort ? writeHost(host) : `${writeHost(host)}:${port}` },
    hasBody: framing !== undefined,
    secrets: gateway === undefined ? undefined : secretsOf(added.map(([, value]) => value)),
  };
}

/** Sends a request on and its answer back. Gives the status once the answer is complete. */
async function exchangeOn({ stream }: Connection, { request: incoming, response }: HttpExchange, sent: Onward): Promise<number> {
  // Nobody is there any more: what the request does must not be done.
  if (response.destroyed) throw new EgressRefusal("aborted");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (error: unknown): void => {
    const otherwise = response.headersSent || response.destroyed ? "aborted" : "unreachable";
    reject(stream.errored instanceof EgressRefusal ? stream.errored : refusalOf(error, otherwise));
  };
  const outgoing = request({
    createConnection: () => stream,
    method: incoming.method ?? "GET",
    path: sent.path,
    headers: sent.headers,
    setHost: false,
    insecureHTTPParser: false,
  });
  response.once("close", () => outgoing.destroy());
  outgoing.on("error", fail);
  // Some ends are no error for Node, such as an upgrade that nobody asked for.
  outgoing.once("close", () => {
    if (!response.headersSent) fail(undefined);
  });
  outgoing.once("response", (answer) => {
    try {
      response.writeHead(answer.statusCode ?? 0, headersBack(answer, sent.secrets)).flushHeaders();
    } catch (error) {
      fail(error);
      return;
    }
    const done = (error: unknown): void => (error === undefined || error === null ? resolve(response.statusCode) : fail(error));
    if (sent.secrets === undefined) pipeline(answer, response, done);
    else pipeline(answer, secretMask(sent.secrets), response, done);
  });
  if (sent.hasBody) incoming.pipe(outgoing);
  else outgoing.end();
  return await promise;
}

/** Fails where secrets cannot be looked for. Without the reason phrase, which could hold one. */
function headersBack(answer: IncomingMessage, secrets: readonly Buffer[] | undefined): Headers {
  const headers = { ...headersOnward(answer), ...answerFraming(answer) };
  if (secrets === undefined) return headers;
  const encoding = answer.headersDistinct["content-encoding"]?.join() ?? "identity";
  if (encoding.toLowerCase() !== "identity") throw new EgressRefusal("gateway-failed");
  const clean = Object.entries(withoutCredentials(headers)).filter(([name, value]) => !holdsSecret(`${name}: ${String(value)}`, secrets));
  return Object.fromEntries(clean);
}
