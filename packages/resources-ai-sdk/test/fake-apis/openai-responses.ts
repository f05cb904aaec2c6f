import { type Body, type FakeApi, type FakeCall, type FakeEvent, type FakeReply, halves, lastUserText } from "./fake-api.ts";
import { formatProblem, isBearer, openaiError } from "./openai.ts";

export const openaiResponses: FakeApi = {
  path: "/v1/responses",
  isAuthorized: isBearer,
  problemOf({ model, input, text }) {
    if (typeof model !== "string" || !Array.isArray(input)) return "Missing required parameter: model or input";
    return formatProblem((text as { readonly format?: unknown } | undefined)?.format);
  },
  lastUserText: ({ input }) => lastUserText(input),
  reply: responseOf,
  events: (body, reply) => [
    eventOf("response.created", { response: { ...responseOf(body, reply), status: "in_progress", output: [], usage: null } }),
    ...(reply.text === "" ? [] : messageEvents(reply)),
    ...(reply.calls ?? []).flatMap((call, index) => callEvents(call, index + 1)),
    eventOf(reply.end === "length" ? "response.incomplete" : "response.completed", { response: responseOf(body, reply) }),
  ],
  error: openaiError,
  overload: eventOf("error", { code: "server_error", message: "too busy", param: null }),
};

function responseOf({ model }: Body, reply: FakeReply): object {
  const { text, calls = [], end } = reply;
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: end === "length" ? "incomplete" : "completed",
    error: null,
    incomplete_details: end === "length" ? { reason: "max_output_tokens" } : null,
    model: `${String(model)}-2026-10-01`,
    output: [...(text === "" ? [] : [messageItem(reply)]), ...calls.map(callItem)],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    },
  };
}

function messageItem({ text, end }: FakeReply): object {
  const content = [end === "refusal" ? { type: "refusal", refusal: text } : { type: "output_text", text, annotations: [] }];
  return { type: "message", id: "msg_1", status: "completed", role: "assistant", content };
}

function callItem({ callId, tool, input }: FakeCall): object {
  return { type: "function_call", id: `fc_${callId}`, call_id: callId, name: tool, arguments: JSON.stringify(input), status: "completed" };
}

function messageEvents(reply: FakeReply): FakeEvent[] {
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  return [
    eventOf("response.output_item.added", { output_index: 0, item: { ...messageItem(reply), status: "in_progress", content: [] } }),
    ...halves(reply.text).map((delta) => eventOf("response.output_text.delta", { ...place, delta })),
    eventOf("response.output_item.done", { output_index: 0, item: messageItem(reply) }),
  ];
}

function callEvents(call: FakeCall, index: number): FakeEvent[] {
  const item = callItem(call);
  return [
    eventOf("response.output_item.added", { output_index: index, item: { ...item, arguments: "", status: "in_progress" } }),
    ...halves(JSON.stringify(call.input)).map((delta) =>
      eventOf("response.function_call_arguments.delta", { item_id: `fc_${call.callId}`, output_index: index, delta }),
    ),
    eventOf("response.output_item.done", { output_index: index, item }),
  ];
}

function eventOf(type: string, data: object): FakeEvent {
  return { event: type, data: { type, sequence_number: 0, ...data } };
}
