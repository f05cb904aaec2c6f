import { type Body, type FakeApi, type FakeCall, type FakeEvent, type FakeReply, halves, lastUserText } from "./fake-api.ts";
import { formatProblem, isBearer, openaiError } from "./openai.ts";

export const openaiChat: FakeApi = {
  path: "/v1/chat/completions",
  isAuthorized: isBearer,
  problemOf({ model, messages, response_format: format }) {
    if (typeof model !== "string" || !Array.isArray(messages)) return "you must provide a model and messages";
    return formatProblem((format as { readonly json_schema?: unknown } | undefined)?.json_schema);
  },
  lastUserText: ({ messages }) => lastUserText(messages),
  reply(body, reply) {
    return { ...headOf(body, "chat.completion"), choices: [{ index: 0, message: messageOf(reply), finish_reason: finishReasonOf(reply) }], usage };
  },
  events: (body, reply) => [
    chunkOf(body, { role: "assistant", content: "" }),
    ...halves(reply.text).map((content) => chunkOf(body, { content })),
    ...(reply.calls ?? []).map((call, index) => chunkOf(body, { tool_calls: [{ index, ...toolCallOf(call) }] })),
    chunkOf(body, {}, finishReasonOf(reply)),
    { data: { ...headOf(body, "chat.completion.chunk"), choices: [], usage } },
    { data: "[DONE]" },
  ],
  error: openaiError,
  overload: { data: openaiError("server_error", "too busy") },
};

const usage = {
  prompt_tokens: 100,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens: 20,
  completion_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
};

function headOf({ model }: Body, object: string): object {
  return { id: "chatcmpl-1", object, created: 1_790_000_000, model: `${String(model)}-2026-10-01` };
}

function messageOf({ text, calls = [], end }: FakeReply): object {
  if (end === "refusal") return { role: "assistant", content: null, refusal: text };
  return { role: "assistant", content: text, refusal: null, ...(calls.length > 0 ? { tool_calls: calls.map(toolCallOf) } : {}) };
}

function toolCallOf({ callId, tool, input }: FakeCall): object {
  return { id: callId, type: "function", function: { name: tool, arguments: JSON.stringify(input) } };
}

function finishReasonOf({ calls = [], end }: FakeReply): string {
  if (end === "length") return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}

function chunkOf(body: Body, delta: object, finishReason: string | null = null): FakeEvent {
  return { data: { ...headOf(body, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finishReason }] } };
}
