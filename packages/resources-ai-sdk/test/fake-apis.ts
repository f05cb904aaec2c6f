import type { IncomingHttpHeaders } from "node:http";

export type Body = Readonly<Record<string, unknown>>;

/** One HTTP API of a model provider, as far as these tests need it: what it asks of a request, and how it words its answers. */
export interface FakeApi {
  readonly path: string;
  isAuthorized(headers: IncomingHttpHeaders, key: string): boolean;
  /** What the API would refuse the body for. */
  problemOf(body: Body): string | undefined;
  lastUserText(body: Body): string;
  reply(body: Body, text: string, end?: "length" | "refusal"): unknown;
  error(type: string, message: string): unknown;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[];
}

function lastUserText(messages: unknown): string {
  const content = (messages as readonly Message[]).findLast(({ role }) => role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

function isBearer({ authorization }: IncomingHttpHeaders, key: string): boolean {
  return authorization === `Bearer ${key}`;
}

function openaiError(type: string, message: string): unknown {
  return { error: { message, type, param: null, code: type } };
}

/** Of a JSON schema format in either of OpenAI's APIs. */
function formatProblem(format: unknown): string | undefined {
  if (format === undefined) return undefined;
  const { name, schema } = format as { readonly name?: unknown; readonly schema?: unknown };
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name)) return "Missing required parameter: name";
  return typeof schema === "object" && schema !== null ? undefined : "Missing required parameter: schema";
}

export const openaiResponses: FakeApi = {
  path: "/v1/responses",
  isAuthorized: isBearer,
  problemOf({ model, input, text }) {
    if (typeof model !== "string" || !Array.isArray(input)) return "Missing required parameter: model or input";
    return formatProblem((text as { readonly format?: unknown } | undefined)?.format);
  },
  lastUserText: ({ input }) => lastUserText(input),
  reply: ({ model }, text, end) => ({
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: end === "length" ? "incomplete" : "completed",
    error: null,
    incomplete_details: end === "length" ? { reason: "max_output_tokens" } : null,
    model: `${String(model)}-2026-10-01`,
    output: [
      {
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        content: [end === "refusal" ? { type: "refusal", refusal: text } : { type: "output_text", text, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    },
  }),
  error: openaiError,
};

export const openaiChat: FakeApi = {
  path: "/v1/chat/completions",
  isAuthorized: isBearer,
  problemOf({ model, messages, response_format: format }) {
    if (typeof model !== "string" || !Array.isArray(messages)) return "you must provide a model and messages";
    return formatProblem((format as { readonly json_schema?: unknown } | undefined)?.json_schema);
  },
  lastUserText: ({ messages }) => lastUserText(messages),
  reply: ({ model }, text, end) => ({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_790_000_000,
    model: `${String(model)}-2026-10-01`,
    choices: [
      {
        index: 0,
        message: end === "refusal" ? { role: "assistant", content: null, refusal: text } : { role: "assistant", content: text, refusal: null },
        finish_reason: end === "length" ? "length" : "stop",
      },
    ],
    usage: {
      prompt_tokens: 100,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    },
  }),
  error: openaiError,
};

export const anthropicMessages: FakeApi = {
  path: "/v1/messages",
  isAuthorized: (headers, key) => headers["x-api-key"] === key && headers["anthropic-version"] === "2023-06-01",
  problemOf({ model, messages, max_tokens: limit }) {
    if (typeof model !== "string" || !Array.isArray(messages)) return "model, messages: Field required";
    return typeof limit === "number" ? undefined : "max_tokens: Field required";
  },
  lastUserText: ({ messages }) => lastUserText(messages),
  reply: ({ model }, text, end) => ({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: `${String(model)}-20261001`,
    content: [{ type: "text", text }],
    stop_reason: end === "length" ? "max_tokens" : end === "refusal" ? "refusal" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 60, cache_creation_input_tokens: 0, cache_read_input_tokens: 40, output_tokens: 20 },
  }),
  error: (type, message) => ({ type: "error", error: { type, message }, request_id: "req_1" }),
};
