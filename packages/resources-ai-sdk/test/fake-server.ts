import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Body, type FakeApi, type FakeEvent, type FakeReply, halves } from "./fake-apis/fake-api.ts";

export const API_KEY = "test-key-0123456789";

/** How the server treats a call that is authorized and well-formed. */
export type Treatment =
  | (FakeReply & {
      /** What becomes of a stream in its middle: the connection breaks, the provider is overloaded, nothing more comes, or what is no JSON. */
      readonly middle?: "cut" | "overload" | "stall" | "garbled";
    })
  | { readonly status: number; readonly type?: string; readonly headers?: Record<string, string> }
  | { readonly raw: string }
  | { readonly hangUp: true }
  | { readonly silent: true };

export interface FakeServer extends AsyncDisposable {
  readonly api: FakeApi;
  /** Of the API, with its version: `http://127.0.0.1:…/v1`. */
  readonly baseURL: string;
  /** The bodies of the calls that were authorized, in order. */
  readonly calls: readonly Body[];
  /** Resolves when the first call has come in whole. */
  readonly called: Promise<void>;
  /** Resolves when a client has gone away without its reply. */
  readonly abandoned: Promise<void>;
}

/** A server on the loopback interface that speaks one API of one provider. */
export async function openFakeServer(api: FakeApi, treat: (lastUserText: string) => Treatment): Promise<FakeServer> {
  const calls: Body[] = [];
  const called = Promise.withResolvers<void>();
  const abandoned = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once("close", () => void (response.writableFinished || abandoned.resolve()));
    void bodyOf(request).then((body) => {
      const refusal = refusalOf(api, request, body);
      if (refusal) return send(response, refusal.status, api.error(refusal.type, refusal.message));
      calls.push(body);
      called.resolve();
      return answer({ api, body, response }, treat(api.lastUserText(body)));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  return {
    api,
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    called: called.promise,
    abandoned: abandoned.promise,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  return JSON.parse((await text(request)) || "{}") as Body;
}

function refusalOf(
  api: FakeApi,
  { method, url, headers }: IncomingMessage,
  body: Body,
): { status: number; type: string; message: string } | undefined {
  if (method !== "POST" || url !== api.path) return { status: 404, type: "not_found_error", message: `there is no ${method} ${url}` };
  if (!api.isAuthorized(headers, API_KEY)) return { status: 401, type: "authentication_error", message: "the key is not valid" };
  const problem = api.problemOf(body);
  return problem === undefined ? undefined : { status: 400, type: "invalid_request_error", message: problem };
}

interface Answering {
  readonly api: FakeApi;
  readonly body: Body;
  readonly response: ServerResponse;
}

function answer({ api, body, response }: Answering, treatment: Treatment): void {
  const sendRaw = (raw: string): void => void response.writeHead(200, { "content-type": "application/json" }).end(raw);
  if ("text" in treatment) {
    if (body["stream"] === true) return stream({ api, body, response }, treatment);
    return treatment.middle === "garbled" ? sendRaw("no JSON") : send(response, 200, api.reply(body, treatment));
  }
  if ("raw" in treatment) return sendRaw(treatment.raw);
  if ("hangUp" in treatment) {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    return void response.write('{"id":', () => response.destroy());
  }
  if ("silent" in treatment) return undefined;
  const { status, type = "some_error", headers = {} } = treatment;
  return send(response.setHeaders(new Map(Object.entries(headers))), status, api.error(type, `the server says ${status}`));
}

function stream({ api, body, response }: Answering, { middle, ...reply }: Extract<Treatment, FakeReply>): void {
  const events = api.events(body, reply);
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (middle === undefined) return void response.end(textOf(events));
  const [first = ""] = halves(reply.text);
  const begun = textOf(events.slice(0, 1 + events.findIndex(({ data }) => JSON.stringify(data).includes(JSON.stringify(first)))));
  if (middle === "overload") return void response.end(begun + textOf([api.overload]));
  if (middle === "garbled") return void response.end(`${begun}data: no JSON\n\n`);
  response.write(begun, () => {
    if (middle === "cut") response.destroy();
  });
}

function textOf(events: readonly FakeEvent[]): string {
  return events
    .map(({ event, data }) => `${event === undefined ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`)
    .join("");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
