import { readFile } from "node:fs/promises";
import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  validateHeaderName,
  validateHeaderValue,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { messageOf } from "@dad/protocol";
import type { OtlpEndpoint } from "../settings.ts";
import { httpUrl } from "../signal-url.ts";
import { type Answer, answerOf, type Rejection, type Reply } from "./answer.ts";

export interface Message {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Reads what the receiver says of what it took. */
  readonly rejection: (reply: Reply) => Rejection;
}

export interface Receiver {
  /** Never rejects. */
  post(message: Message, options: { readonly signal: AbortSignal }): Promise<Answer>;
  /** Ends what is under way, and the connections. */
  close(): void;
}

const MAX_REPLY_BYTES = 65_536;
const compressed = promisify(gzip);

/**
 * Speaks to an endpoint. No connection keeps the process alive. The environment is not read.
 *
 * @throws TypeError for a URL, a header or a time that is none.
 */
export function receiverAt(endpoint: OtlpEndpoint): Receiver {
  const { timeoutMs = 10_000, compression = "none", headers = {} } = checked(endpoint);
  const url = new URL(endpoint.url);
  const closed = new AbortController();
  let agent: Promise<HttpAgent> | undefined;

  async function send({ contentType, body }: Message, signal: AbortSignal): Promise<Reply> {
    // A file that is not there may be there the next time.
    agent ??= agentFor(url, endpoint.tls ?? {}).catch((error: unknown) => {
      agent = undefined;
      throw error;
    });
    const zipped = compression === "gzip" ? await compressed(body) : body;
    const sent = { ...headers, "Content-Type": contentType, ...(compression === "gzip" && { "Content-Encoding": "gzip" }) };
    return exchange({ url, headers: sent, body: zipped, agent: await agent, signal });
  }

  return {
    async post(message, { signal }) {
      const time = AbortSignal.timeout(timeoutMs);
      try {
        const reply = await send(message, AbortSignal.any([signal, closed.signal, time]));
        return withoutHeaders(answerOf(reply, message.rejection), headers);
      } catch (error) {
        return { outcome: "unreachable", reason: reasonOf(error, { url, timeoutMs: time.aborted ? timeoutMs : undefined }), cause: error };
      }
    },
    close() {
      closed.abort();
      void agent?.then(
        (open) => open.destroy(),
        // Whoever wanted to send has been told.
        () => {},
      );
    },
  };
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

async function agentFor(url: URL, tls: NonNullable<OtlpEndpoint["tls"]>): Promise<HttpAgent> {
  const options: AgentOptions = { keepAlive: true };
  if (url.protocol === "http:") return new HttpAgent(options);
  const files = await Promise.all(Object.entries(tls).map(async ([name, file]) => [name, await readFile(file)] as const));
  return new HttpsAgent({ ...options, ...Object.fromEntries(files) });
}

interface Exchange {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent: HttpAgent;
  readonly signal: AbortSignal;
}

async function exchange(what: Exchange): Promise<Reply> {
  const first = begun(what);
  try {
    return await first.reply;
  } catch (error) {
    // A connection that was kept open may be closed by the other side at the moment when it is used again.
    if (!first.request.reusedSocket || codeOf(error) !== "ECONNRESET" || what.signal.aborted) throw error;
    return begun(what).reply;
  }
}

function begun({ url, headers, body, agent, signal }: Exchange): { readonly request: ClientRequest; readonly reply: Promise<Reply> } {
  const { promise: reply, resolve, reject } = Promise.withResolvers<Reply>();
  const start = url.protocol === "http:" ? httpRequest : httpsRequest;
  const request = start(url, { method: "POST", headers, agent, signal }, (response) => {
    // From here on, its end says how it went.
    request.off("error", reject).on("error", () => {});
    void replyOf(response).then(resolve, reject);
  });
  request.on("socket", (socket) => socket.unref());
  request.on("error", reject);
  request.end(body);
  return { request, reply };
}

/** As much of it as comes: who has said that it took what it got has said enough. */
async function replyOf(response: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece.subarray(0, MAX_REPLY_BYTES - size));
      size += piece.length;
      if (size >= MAX_REPLY_BYTES) break;
    }
  } catch {
    // The status is what counts.
  }
  return { status: response.statusCode ?? 0, statusText: response.statusMessage ?? "", headers: response.headers, body: Buffer.concat(pieces) };
}

/** A receiver may say what it was sent. Headers are mostly keys. */
function withoutHeaders<Kind extends Answer>(answer: Kind, headers: Readonly<Record<string, string>>): Kind {
  const words = Object.values(headers).flatMap((value) => [value, ...value.split(" ")]);
  const secrets = words.filter((word) => word.length >= 6).toSorted((a, b) => b.length - a.length);
  return { ...answer, reason: secrets.reduce((text, secret) => text.replaceAll(secret, "[header]"), answer.reason) };
}

function reasonOf(error: unknown, { url, timeoutMs }: { readonly url: URL; readonly timeoutMs: number | undefined }): string {
  if (timeoutMs !== undefined) return `there is no answer within ${timeoutMs} ms`;
  if (error instanceof Error && error.name === "AbortError") return "it did not answer in the time that was left";
  const code = codeOf(error);
  // What the libraries say of these tells nobody what to do.
  if (code?.startsWith("HPE_"))
    return "it does not answer in HTTP/1.1, as a port for gRPC (mostly 4317) would not; OTLP over HTTP mostly has port 4318";
  if (code === "EPROTO") return `it does not speak TLS as ${url.protocol}// would need it`;
  // Of an address with several numbers, one error for each.
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map((each) => messageOf(each)).join("; ");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
