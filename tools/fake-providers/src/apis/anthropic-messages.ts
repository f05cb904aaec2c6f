import type { IncomingHttpHeaders } from "node:http";
import { type Api, type ApiError, type FakeEvent, halvesOf, lastUserText, piecesOf, textOf, usageOf } from "../api.ts";
import type { FakeAnswer, FakeToolCall } from "../fake-reply.ts";
import type { Body } from "../fake-request.ts";

/** https://docs.anthropic.com/en/api/messages, also as Vertex AI has it: there the model is in the path, and the version in the body. */
export const anthropicMessages: Api = {
  name: "anthropic.messages",
  path: /\/messages$|:(rawPredict|streamRawPredict)$/,
  keyHeaders: ["x-api-key", "authorization"],
  keyOf,
  problemOf: ({ path, body }) => problemOf({ ...body, model: modelOf(path, body) }),
  isStreamed: ({ body }) => body["stream"] === true,
  lastUserText: ({ messages }) => lastUserText(messages),
  reply: ({ path, body }, answer) => ({
    ...headOf(modelOf(path, body)),
    content: blocksOf(answer).map(({ block }) => block),
    stop_reason: stopReasonOf(answer),
    stop_sequence: null,
    usage: tokensOf(answer),
  }),
  events: ({ path, body }, answer) => [
    eventOf("message_start", {
      message: {
        ...headOf(modelOf(path, body)),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...tokensOf(answer), output_tokens: 1 },
      },
    }),
    eventOf("ping", {}),
    ...blocksOf(answer).flatMap(blockEvents),
    eventOf("message_delta", {
      delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
      usage: { output_tokens: usageOf(answer).output },
    }),
    eventOf("message_stop", {}),
  ],
  error,
  overload: eventOf("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
};

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  const key = headers["x-api-key"];
  if (typeof key !== "string") return bearer;
  return headers["anthropic-version"] === "2023-06-01" ? key : undefined;
}

function modelOf(path: string, { model, anthropic_version: version }: Body): unknown {
  return version === "vertex-2023-10-16" ? /([^/]+):\w+$/.exec(path)?.[1] : model;
}

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function error({ status, type = TYPES[status] ?? "api_error", message }: ApiError): unknown {
  return { type: "error", error: { type, message }, request_id: "req_1" };
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly id?: string; readonly tool_use_id?: string }[];
}

function problemOf({ model, messages, max_tokens: limit }: Body): string | undefined {
  if (typeof model !== "string" || !Array.isArray(messages)) return "model, messages: Field required";
  if (typeof limit !== "number") return "max_tokens: Field required";
  const all = messages as readonly Message[];
  if (all[0]?.role !== "user") return 'messages: first message must use the "user" role';
  return all.map((message, index) => pairProblem(message, all[index + 1], index)).find((problem) => problem !== undefined);
}

/** The results of all calls come in the very next message. */
function pairProblem({ content }: Message, next: Message | undefined, index: number): string | undefined {
  const called = idsOf(content, "tool_use", "id");
  const answered = next ? idsOf(next.content, "tool_result", "tool_use_id") : [];
  const open = called.filter((id) => !answered.includes(id));
  if (open.length > 0) return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}`;
  const strange = answered.filter((id) => !called.includes(id));
  return strange.length > 0 ? `messages.${index + 1}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${strange.join(", ")}` : undefined;
}

function idsOf(content: Message["content"], type: string, key: "id" | "tool_use_id"): string[] {
  return typeof content === "string" ? [] : content.flatMap((block) => (block.type === type && block[key] !== undefined ? [block[key]] : []));
}

function headOf(model: unknown): object {
  return { id: "msg_1", type: "message", role: "assistant", model: `${String(model)}-20261001` };
}

interface Block {
  readonly block: object;
  /** As it begins in a stream. */
  readonly empty: object;
  readonly deltas: readonly object[];
}

function blocksOf(answer: FakeAnswer): readonly Block[] {
  return [
    ...(answer.reasoning === undefined ? [] : [thinkingBlock(answer.reasoning)]),
    ...(textOf(answer) === "" ? [] : [textBlock(answer)]),
    ...(answer.calls ?? []).map(toolUseBlock),
  ];
}

function thinkingBlock(text: string): Block {
  return {
    block: { type: "thinking", thinking: text, signature: "c2lnbmVk" },
    empty: { type: "thinking", thinking: "", signature: "" },
    deltas: [...halvesOf(text).map((half) => ({ type: "thinking_delta", thinking: half })), { type: "signature_delta", signature: "c2lnbmVk" }],
  };
}

function textBlock(answer: FakeAnswer): Block {
  return {
    block: { type: "text", text: textOf(answer) },
    empty: { type: "text", text: "" },
    deltas: piecesOf(answer).map((text) => ({ type: "text_delta", text })),
  };
}

function toolUseBlock({ callId, tool, input }: FakeToolCall): Block {
  const block = { type: "tool_use", id: callId, name: tool, input };
  return {
    block,
    empty: { ...block, input: {} },
    deltas: halvesOf(JSON.stringify(input)).map((half) => ({ type: "input_json_delta", partial_json: half })),
  };
}

function blockEvents({ empty, deltas }: Block, index: number): FakeEvent[] {
  return [
    eventOf("content_block_start", { index, content_block: empty }),
    ...deltas.map((delta) => eventOf("content_block_delta", { index, delta })),
    eventOf("content_block_stop", { index }),
  ];
}

function stopReasonOf({ calls = [], end }: FakeAnswer): string {
  if (end !== undefined) return end === "length" ? "max_tokens" : "refusal";
  return calls.length > 0 ? "tool_use" : "end_turn";
}

function tokensOf(answer: FakeAnswer): object {
  const { input, cached, cacheWrite, output } = usageOf(answer);
  return {
    input_tokens: input - cached - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}

function eventOf(type: string, data: object): FakeEvent {
  return { event: type, data: { type, ...data } };
}
