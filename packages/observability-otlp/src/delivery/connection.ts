import { type Agent, type ClientRequest, type IncomingMessage, validateHeaderName, validateHeaderValue } from "node:http";
import { addAbortSignal } from "node:stream";
import { messageOf } from "@dad/protocol";
import type { OtlpEndpoint } from "../settings.ts";
import { httpUrl } from "../signal-url.ts";
import { type Answer, answerOf, type ReadAnswer, type Reply } from "./answer.ts";
import { attendedAgent, setHeaders } from "./attended-agent.ts";

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  readonly read: ReadAnswer;
}

/** How an endpoint is spoken to by clients of HTTP, and what is heard from it. They speak through its agent. */
export interface Connection {
  /** Rejects when a file in PEM cannot be read: it may be there the next time. */
  agent(): Promise<Agent>;
  /**
   * What becomes of the one request that `send` makes through the agent. `send` settles when that is over; what it throws is thrown, and what it rejects with
   * is why there is no answer. One at a time.
   */
  exchange(send: () => Promise<unknown>, options: ExchangeOptions): Promise<Answer>;
  /** Ends what is under way, and all connections. */
  close(): void;
}

/** What is heard of one request. */
interface Heard {
  readonly signal: AbortSignal;
  request?: ClientRequest;
  reply?: Omit<Reply, "body"> & { readonly pieces: Buffer[] };
  /** Why the client gave up. */
  failure?: unknown;
}

/**
 * No request takes longer than it may, none is sent that is not expected, none has headers but those of the endpoint and of the protocol, and no connection
 * keeps the process alive: whatever the client does.
 *
 * @throws TypeError for a URL, a header or a time that is none.
 */
export function connectionTo(endpoint: OtlpEndpoint): Connection {
  const { timeoutMs = 10_000, headers = {} } = checked(endpoint);
  const closed = new AbortController();
  let agent: Promise<Agent> | undefined;
  let expected: Heard | undefined;

  const attend = (request: ClientRequest): void => {
    if (!expected) throw new Error("nobody waits for the answer to this request");
    attendTo(request, expected, endpoint);
    expected = undefined;
  };
  const heardOf = async (send: () => Promise<unknown>, signal: AbortSignal): Promise<Heard> => {
    const heard: Heard = (expected = { signal });
    await send().catch((error: unknown) => void (heard.failure = error));
    expected = undefined;
    return heard;
  };
  return {
    agent() {
      agent ??= attendedAgent(endpoint, attend).catch((error: unknown) => {
        agent = undefined;
        throw error;
      });
      return agent;
    },
    async exchange(send, { signal, read }) {
      const time = AbortSignal.timeout(timeoutMs);
      const until = AbortSignal.any([signal, closed.signal, time]);
      const first = await heardOf(send, until);
      const { reply, failure } = isStale(first) ? await heardOf(send, until) : first;
      if (reply) return withoutHeaders(answerOf({ ...reply, body: Buffer.concat(reply.pieces) }, read), headers);
      const reason = reasonOf(failure, { url: endpoint.url, timeoutMs: time.aborted ? timeoutMs : undefined });
      return { outcome: "unreachable", reason, cause: failure };
    },
    close() {
      closed.abort();
      // Whoever wanted to send without an agent has been told.
      void agent?.catch(() => undefined).then((open) => open?.destroy());
    },
  };
}

/** Before anything of it is sent. */
function attendTo(request: ClientRequest, heard: Heard, endpoint: OtlpEndpoint): void {
  heard.request = request;
  addAbortSignal(heard.signal, request);
  setHeaders(request, endpoint);
  // What a client knows of time begins anew with every byte.
  request.setTimeout = () => request;
  request.on("socket", (socket) => socket.unref());
  request.once("response", (response) => hear(response, heard));
  // Of an answer with 101, Node says nothing but this, and clients would wait forever.
  request.once("close", () => void (heard.reply ?? request.emit("error", new Error("the connection ended without an answer"))));
}

function checked(endpoint: OtlpEndpoint): OtlpEndpoint {
  const { url, headers = {}, timeoutMs = 1 } = endpoint;
  if (!httpUrl(url)) throw new TypeError(`${JSON.stringify(url)} is no URL that begins with http:// or https://`);
  if (!(timeoutMs > 0 && timeoutMs <= 2 ** 31 - 1)) throw new TypeError(`timeoutMs is ${timeoutMs}: give a positive number of milliseconds`);
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    // Its own message says the name alone.
    validateHeaderValue(name, value);
  }
  return endpoint;
}

const MAX_REPLY_BYTES = 65_536;

/** As much of it as comes: who has said that it took what it got has said enough. */
function hear(response: IncomingMessage, heard: Heard): void {
  const { statusCode: status = 0, statusMessage: statusText = "", headers } = response;
  const pieces: Buffer[] = [];
  let room = MAX_REPLY_BYTES;
  heard.reply = { status, statusText, headers: { ...headers }, pieces };
  // When to try again is for the queue. An exporter would wait for it, with a timer that keeps the process alive.
  delete headers["retry-after"];
  response.on("data", (piece: Buffer) => {
    if (room > 0) pieces.push(piece.subarray(0, room));
    room -= piece.length;
  });
}

/** A connection that was kept open may be closed by the other side at the moment when it is used again. */
function isStale({ request, reply, failure, signal }: Heard): boolean {
  return !reply && request?.reusedSocket === true && codeOf(failure) === "ECONNRESET" && !signal.aborted;
}

/** A receiver may say what it was sent. Headers are mostly keys. */
function withoutHeaders<Kind extends Answer>(answer: Kind, headers: Readonly<Record<string, string>>): Kind {
  const words = Object.values(headers).flatMap((value) => [value, ...value.split(" ")]);
  const secrets = words.filter((word) => word.length >= 6).toSorted((a, b) => b.length - a.length);
  return { ...answer, reason: secrets.reduce((text, secret) => text.replaceAll(secret, "[header]"), answer.reason) };
}

const BAD_HEADER: readonly string[] = ["ERR_INVALID_HTTP_TOKEN", "ERR_INVALID_CHAR", "ERR_HTTP_HEADERS_SENT"];

function reasonOf(error: unknown, { url, timeoutMs }: { readonly url: string; readonly timeoutMs: number | undefined }): string {
  if (timeoutMs !== undefined) return `there is no answer within ${timeoutMs} ms`;
  if (error instanceof Error && error.name === "AbortError") return "it did not answer in the time that was left";
  const code = codeOf(error);
  // What the libraries say of these tells nobody what to do.
  if (code?.startsWith("HPE_"))
    return "it does not answer in HTTP/1.1, as a port for gRPC (mostly 4317) would not; OTLP over HTTP mostly has port 4318";
  // Ours have been looked at.
  if (code !== undefined && BAD_HEADER.includes(code))
    return `the variable OTEL_EXPORTER_OTLP_HEADERS, or that of the signal, has a header that cannot be, and exporters stumble over it (${messageOf(error)})`;
  if (code === "EPROTO") return `it does not speak TLS as ${new URL(url).protocol}// would need it`;
  // Of an address with several numbers, one error for each.
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map((each) => messageOf(each)).join("; ");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
