import { type Api, type Asked, type FakeEvent, halvesOf, lastUserText, piecesOf, textOf, usageOf } from "../api.ts";
import type { FakeAnswer, FakeToolCall } from "../fake-reply.ts";
import type { Body } from "../fake-request.ts";
import { formatProblem, openai, openaiError, unansweredProblem } from "./openai.ts";

/** https://platform.openai.com/docs/api-reference/chat */
export const openaiChat: Api = {
  ...openai,
  name: "openai.chat",
  path: /\/chat\/completions$/,
  problemOf: ({ body }) => problemOf(body),
  lastUserText: ({ messages }) => lastUserText(messages),
  reply: ({ body }, answer) => ({
    ...headOf(body, "chat.completion"),
    choices: [{ index: 0, message: messageOf(answer), logprobs: null, finish_reason: finishReasonOf(answer) }],
    usage: tokensOf(answer),
  }),
  events: ({ body }, answer) => [
    chunkOf(body, { role: "assistant", content: "" }),
    ...(answer.reasoning === undefined ? [] : halvesOf(answer.reasoning).map((text) => chunkOf(body, { reasoning_content: text }))),
    ...piecesOf(answer).map((piece) => chunkOf(body, answer.end === "refusal" ? { refusal: piece } : { content: piece })),
    ...(answer.calls ?? []).flatMap((call, index) => callChunks(body, call, index)),
    chunkOf(body, {}, finishReasonOf(answer)),
    ...usageChunks({ body }, answer),
    { data: "[DONE]" },
  ],
  overload: { data: openaiError({ status: 500, message: "The server had an error while processing your request" }) },
};

interface Message {
  readonly role: string;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

function problemOf({ model, messages, response_format: format }: Body): string | undefined {
  if (typeof model !== "string" || !Array.isArray(messages)) return "you must provide a model and messages";
  const all = messages as readonly Message[];
  const called = all.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
  const answered = all.flatMap(({ role, tool_call_id: id }) => (role === "tool" && id !== undefined ? [id] : []));
  return formatProblem((format as { readonly json_schema?: unknown } | undefined)?.json_schema) ?? unansweredProblem(called, answered);
}

function headOf({ model }: Body, object: string): object {
  return { id: "chatcmpl-1", object, created: 1_790_000_000, model: `${String(model)}-2026-10-01` };
}

function messageOf(answer: FakeAnswer): object {
  const { calls = [], end, reasoning } = answer;
  if (end === "refusal") return { role: "assistant", content: null, refusal: textOf(answer) };
  return {
    role: "assistant",
    content: textOf(answer),
    refusal: null,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls.length > 0 ? { tool_calls: calls.map(toolCallOf) } : {}),
  };
}

function toolCallOf({ callId, tool, input }: FakeToolCall): { readonly id: string; readonly type: "function"; readonly function: object } {
  return { id: callId, type: "function", function: { name: tool, arguments: JSON.stringify(input) } };
}

function callChunks(body: Body, call: FakeToolCall, index: number): FakeEvent[] {
  const begun = { index, id: call.callId, type: "function", function: { name: call.tool, arguments: "" } };
  return [
    chunkOf(body, { tool_calls: [begun] }),
    ...halvesOf(JSON.stringify(call.input)).map((half) => chunkOf(body, { tool_calls: [{ index, function: { arguments: half } }] })),
  ];
}

/** A refusal ends as any other reply. A filter of the provider is something else. */
function finishReasonOf({ calls = [], end }: FakeAnswer): string {
  if (end === "length") return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}

function tokensOf(answer: FakeAnswer): object {
  const { input, cached, cacheWrite, output, reasoning } = usageOf(answer);
  return {
    prompt_tokens: input,
    prompt_tokens_details: { cached_tokens: cached, ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}) },
    completion_tokens: output,
    completion_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/** Only who asks for it is told what a stream used. */
function usageChunks({ body }: Pick<Asked, "body">, answer: FakeAnswer): FakeEvent[] {
  const { stream_options: options } = body as { readonly stream_options?: { readonly include_usage?: boolean } };
  return options?.include_usage === true ? [{ data: { ...headOf(body, "chat.completion.chunk"), choices: [], usage: tokensOf(answer) } }] : [];
}

function chunkOf(body: Body, delta: object, finishReason: string | null = null): FakeEvent {
  return { data: { ...headOf(body, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finishReason }] } };
}
