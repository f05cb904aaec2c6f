import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type Api, type Asked, type FakeEvent, type FakeStreaming, piecesOf } from "./api.ts";
import type { FakeAnswer, FakeFailure, FakeReply } from "./fake-reply.ts";

export interface Delivering {
  readonly api: Api;
  readonly asked: Asked;
  readonly response: ServerResponse;
}

const JSON_TYPE = { "content-type": "application/json" };

/** Sends a reply, or what is wrong in its place. */
export async function deliver(to: Delivering, reply: FakeReply): Promise<void> {
  const { api, response } = to;
  if ("silence" in reply) return void (reply.silence === "break" && response.destroy());
  if (!("body" in reply || "status" in reply) && api.isStreamed(to.asked)) return await stream(to, reply);
  await reply.delivery?.pause?.();
  if ("body" in reply) {
    const { body, status = 200, delivery } = reply;
    return void response.writeHead(status, { ...JSON_TYPE, ...delivery?.headers }).end(body);
  }
  if ("status" in reply) return sendFailure(api, response, reply);
  return sendJson(to, reply);
}

export function sendFailure(api: Api, response: ServerResponse, failure: FakeFailure): void {
  const { status, type, message = `the provider says ${status}`, delivery } = failure;
  response.writeHead(status, {
    ...JSON_TYPE,
    "x-should-retry": String(status >= 500 || status === 429),
    ...retryHeaders(failure),
    ...delivery?.headers,
  });
  response.end(JSON.stringify(api.error({ status, type, message })));
}

function retryHeaders({ retryAfter }: FakeFailure): Readonly<Record<string, string>> {
  if (!retryAfter) return {};
  if ("ms" in retryAfter) return { "retry-after-ms": String(retryAfter.ms) };
  return { "retry-after": "at" in retryAfter ? retryAfter.at.toUTCString() : String(retryAfter.seconds) };
}

function sendJson({ api, asked, response }: Delivering, answer: FakeAnswer): void {
  const text = JSON.stringify(api.reply(asked, answer));
  const half = text.slice(0, text.length / 2);
  const headers = { ...JSON_TYPE, "x-request-id": "req_1", ...answer.delivery?.headers };
  if (answer.middle === undefined) return void response.writeHead(200, headers).end(text);
  if (answer.middle === "error") return sendFailure(api, response, { status: 500 });
  if (answer.middle === "garbled" || answer.middle === "end") return void response.writeHead(200, headers).end(half);
  response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(text) });
  response.write(half, () => void (answer.middle === "cut" && response.destroy()));
}

async function stream({ api, asked, response }: Delivering, answer: FakeAnswer): Promise<void> {
  const events = api.events(asked, answer);
  const { middle, delivery } = answer;
  const { type, encode, garbled } = api.streaming ?? SERVER_SENT;
  response.writeHead(200, { "content-type": type, "x-request-id": "req_1", ...delivery?.headers });
  for (const event of middle === undefined ? events : beginningOf(events, answer)) {
    if (!response.write(encode(event)) && !response.destroyed) await Promise.race([once(response, "drain"), once(response, "close")]);
    await delivery?.pause?.();
    if (response.destroyed) return;
  }
  if (middle === "stall") return;
  // What was written has gone out: who reads it has it before the connection breaks.
  if (middle === "cut") return void response.write("", () => response.destroy());
  if (middle === "error") response.write(encode(api.overload));
  if (middle === "garbled") response.write(encode(garbled));
  response.end();
}

/** Up to the first piece of text, or all but the last event where there is none. */
function beginningOf(events: readonly FakeEvent[], answer: FakeAnswer): readonly FakeEvent[] {
  const [first] = piecesOf(answer);
  const last = first === undefined ? -1 : events.findIndex(({ data }) => JSON.stringify(data).includes(JSON.stringify(first)));
  return events.slice(0, last < 0 ? -1 : last + 1);
}

const SERVER_SENT: FakeStreaming = { type: "text/event-stream; charset=utf-8", encode: textOf, garbled: { data: "{no JSON" } };

function textOf({ event, data }: FakeEvent): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}
