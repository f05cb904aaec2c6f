import { type Api, type FakeEvent, halvesOf, lastUserText, piecesOf, textOf, usageOf } from "../api.ts";
import type { FakeAnswer, FakeToolCall } from "../fake-reply.ts";
import type { Body } from "../fake-request.ts";
import { formatProblem, openai, unansweredProblem } from "./openai.ts";

/** https://platform.openai.com/docs/api-reference/responses */
export const openaiResponses: Api = {
  ...openai,
  name: "openai.responses",
  path: /\/responses$/,
  problemOf: ({ body }) => problemOf(body),
  lastUserText: ({ input }) => lastUserText(input),
  reply: ({ body }, answer) => responseOf(body, answer),
  events: ({ body }, answer) => [
    eventOf("response.created", { response: { ...responseOf(body, answer), status: "in_progress", output: [], usage: null } }),
    ...itemsOf(answer).flatMap(({ item, deltas }, index) => itemEvents(item, deltas, index)),
    eventOf(answer.end === "length" ? "response.incomplete" : "response.completed", { response: responseOf(body, answer) }),
  ],
  overload: eventOf("error", { code: "server_error", message: "The server had an error while processing your request", param: null }),
};

function problemOf({ model, input, text }: Body): string | undefined {
  if (typeof model !== "string" || !Array.isArray(input)) return "Missing required parameter: model or input";
  const items = input as readonly { readonly type?: string; readonly call_id?: string; readonly id?: string }[];
  // A call may be named, as the provider has it: what it said is stored.
  const named = items.flatMap(({ type, id }) => (type === "item_reference" && id?.startsWith("fc_") ? [id.slice("fc_".length)] : []));
  const ids = (type: string): string[] => items.flatMap((item) => (item.type === type && item.call_id !== undefined ? [item.call_id] : []));
  const format = formatProblem((text as { readonly format?: unknown } | undefined)?.format);
  return format ?? unansweredProblem([...ids("function_call"), ...named], ids("function_call_output"));
}

interface Item {
  readonly item: { readonly id: string; readonly type: string };
  /** What comes of it in a stream, one after the other. */
  readonly deltas: readonly FakeEvent[];
}

function responseOf({ model }: Body, answer: FakeAnswer): object {
  const { input, cached, cacheWrite, output, reasoning } = usageOf(answer);
  const cut = answer.end === "length";
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: cut ? "incomplete" : "completed",
    error: null,
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    model: `${String(model)}-2026-10-01`,
    output: itemsOf(answer).map(({ item }) => item),
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached, ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}) },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
}

function itemsOf(answer: FakeAnswer): readonly Item[] {
  return [
    ...(answer.reasoning === undefined ? [] : [reasoningItem(answer.reasoning)]),
    ...(textOf(answer) === "" ? [] : [messageItem(answer)]),
    ...(answer.calls ?? []).map(callItem),
  ];
}

function reasoningItem(text: string): Item {
  const place = { item_id: "rs_1", summary_index: 0 };
  return {
    item: { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text }] } as Item["item"],
    deltas: [
      eventOf("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } }),
      ...halvesOf(text).map((delta) => eventOf("response.reasoning_summary_text.delta", { ...place, delta })),
      eventOf("response.reasoning_summary_part.done", { ...place, part: { type: "summary_text", text } }),
    ],
  };
}

function messageItem(answer: FakeAnswer): Item {
  const text = textOf(answer);
  const place = { item_id: "msg_1", content_index: 0 };
  const refused = answer.end === "refusal";
  const content = [refused ? { type: "refusal", refusal: text } : { type: "output_text", text, annotations: [] }];
  return {
    item: { type: "message", id: "msg_1", status: "completed", role: "assistant", content } as Item["item"],
    deltas: piecesOf(answer).map((delta) => eventOf(refused ? "response.refusal.delta" : "response.output_text.delta", { ...place, delta })),
  };
}

function callItem({ callId, tool, input }: FakeToolCall): Item {
  const id = `fc_${callId}`;
  const text = JSON.stringify(input);
  return {
    item: { type: "function_call", id, call_id: callId, name: tool, arguments: text, status: "completed" } as Item["item"],
    deltas: halvesOf(text).map((delta) => eventOf("response.function_call_arguments.delta", { item_id: id, delta })),
  };
}

const EMPTY: Readonly<Record<string, object>> = {
  reasoning: { summary: [] },
  message: { status: "in_progress", content: [] },
  function_call: { status: "in_progress", arguments: "" },
};

function itemEvents(item: Item["item"], deltas: readonly FakeEvent[], index: number): FakeEvent[] {
  return [
    eventOf("response.output_item.added", { output_index: index, item: { ...item, ...EMPTY[item.type] } }),
    ...deltas.map(({ event, data }) => ({ event, data: { ...(data as object), output_index: index } }) as FakeEvent),
    eventOf("response.output_item.done", { output_index: index, item }),
  ];
}

function eventOf(type: string, data: object): FakeEvent {
  return { event: type, data: { type, sequence_number: 0, ...data } };
}
