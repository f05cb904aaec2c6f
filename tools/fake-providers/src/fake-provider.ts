import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Api, Asked } from "./api.ts";
import { anthropicMessages } from "./apis/anthropic-messages.ts";
import { bedrockConverse } from "./apis/bedrock.ts";
import { googleEmbeddings, googleGenerate } from "./apis/google.ts";
import { openaiChat } from "./apis/openai-chat.ts";
import { openaiEmbeddings } from "./apis/openai-embeddings.ts";
import { openaiResponses } from "./apis/openai-responses.ts";
import { deliver, sendFailure } from "./deliver.ts";
import type { FakeReply, FakeScript } from "./fake-reply.ts";
import type { Body, FakeRequest } from "./fake-request.ts";

export const FAKE_API_KEY = "fake-key-0123456789";

export interface FakeProviderOptions {
  readonly replies: FakeScript;
  /** Any other is refused with 401. Default: `FAKE_API_KEY`. */
  readonly apiKey?: string;
}

/** Disposal breaks the connections that are left. */
export interface FakeProvider extends AsyncDisposable {
  /** What provider packages take as `baseURL`. */
  readonly url: string;
  readonly apiKey: string;
  /** Those that were authorized and well-formed, in the order in which they came. */
  readonly requests: readonly FakeRequest[];
  /** Statuses of the requests that were refused without asking the script: no or a wrong key, a wrong path, a body that the API does not take. */
  readonly refusals: readonly number[];
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: number;
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>;
}

/** Chat completions, responses and embeddings, as also Azure and everybody else has them who is compatible with OpenAI. */
export function openFakeOpenAi(options: FakeProviderOptions): Promise<FakeProvider> {
  return open([openaiChat, openaiResponses, openaiEmbeddings], "/v1", options);
}

/** Messages. */
export function openFakeAnthropic(options: FakeProviderOptions): Promise<FakeProvider> {
  return open([anthropicMessages], "/v1", options);
}

/** `generateContent` and embeddings of Gemini. */
export function openFakeGoogle(options: FakeProviderOptions): Promise<FakeProvider> {
  return open([googleGenerate, googleEmbeddings], "/v1beta", options);
}

/** Converse and ConverseStream of Amazon Bedrock, for its API keys and for signed requests, whose key is the id of their access key. */
export function openFakeBedrock(options: FakeProviderOptions): Promise<FakeProvider> {
  return open([bedrockConverse], "", options);
}

async function open(apis: readonly Api[], base: string, options: FakeProviderOptions): Promise<FakeProvider> {
  const { apiKey = FAKE_API_KEY } = options;
  const book = bookOf(options.replies);
  const server = createServer((request, response) => {
    void answer({ apis, apiKey, book }, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    apiKey,
    requests: book.requests,
    refusals: book.refusals,
    get mostAtOnce() {
      return book.mostAtOnce();
    },
    arrived: (count) => book.arrived(count),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What the server was asked so far. */
function bookOf(replies: FakeScript) {
  const requests: FakeRequest[] = [];
  const refusals: number[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let [open, most] = [0, 0];
  return {
    requests,
    refusals,
    mostAtOnce: () => most,
    arrived(count: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (requests.length >= count) resolve();
      else waiting.push({ count, resolve });
      return promise;
    },
    add(request: FakeRequest): FakeReply {
      requests.push(request);
      open += 1;
      most = Math.max(most, open);
      void request.over.then(() => (open -= 1));
      for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
      if (typeof replies === "function") return replies(request);
      return (
        replies[requests.length - 1] ?? { status: 400, message: `the script has ${replies.length} replies, and this is request ${requests.length}` }
      );
    },
  };
}

interface Serving {
  readonly apis: readonly Api[];
  readonly apiKey: string;
  readonly book: ReturnType<typeof bookOf>;
}

async function answer({ apis, apiKey, book }: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const over = endOf(response);
  const path = request.url ?? "/";
  const found = apis.find((candidate) => request.method === "POST" && candidate.path.test(path.replace(/\?.*$/, "")));
  const body = bodyOf(await text(request));
  const api = found ?? apis[0];
  if (!api) return;
  const refusal = refusalOf(found, request, { path, body, apiKey });
  if (refusal) {
    book.refusals.push(refusal.status);
    return sendFailure(api, response, refusal);
  }
  const asked = { path, body: body ?? {} };
  const reply = book.add({ ...recordOf(api, request, asked), key: apiKey, over });
  await deliver({ api, asked, response }, reply);
}

function endOf(response: ServerResponse): FakeRequest["over"] {
  const { promise, resolve } = Promise.withResolvers<"replied" | "abandoned">();
  response.once("close", () => resolve(response.writableFinished ? "replied" : "abandoned"));
  return promise;
}

function recordOf(api: Api, { headers }: IncomingMessage, asked: Asked): Omit<FakeRequest, "key" | "over"> {
  const shown = Object.entries(headers).filter(([name]) => !api.keyHeaders.includes(name));
  return {
    api: api.name,
    ...asked,
    headers: Object.fromEntries(shown.map(([name, value]) => [name, String(value)])),
    streamed: api.isStreamed(asked),
    lastUserText: api.lastUserText(asked.body),
  };
}

function bodyOf(text: string): Body | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}

interface Checked {
  readonly path: string;
  readonly body: Body | undefined;
  readonly apiKey: string;
}

function refusalOf(api: Api | undefined, { method, headers }: IncomingMessage, { path, body, apiKey }: Checked) {
  if (!api) return { status: 404, message: `there is no ${method} ${path}` };
  if (api.keyOf(headers) !== apiKey) return { status: 401, message: `Incorrect API key provided: ${api.keyOf(headers) ?? ""}.` };
  if (!body) return { status: 400, message: "We could not parse the JSON body of your request." };
  const problem = api.problemOf({ path, body });
  return problem === undefined ? undefined : { status: 400, message: problem };
}
