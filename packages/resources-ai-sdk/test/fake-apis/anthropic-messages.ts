import { type Body, type FakeApi, type FakeCall, type FakeEvent, type FakeReply, halves, lastUserText } from "./fake-api.ts";

export const anthropicMessages: FakeApi = {
  path: "/v1/messages",
  isAuthorized: (headers, key) => headers["x-api-key"] === key && headers["anthropic-version"] === "2023-06-01",
  problemOf({ model, messages, max_tokens: limit }) {
    if (typeof model !== "string" || !Array.isArray(messages)) return "model, messages: Field required";
    return typeof limit === "number" ? undefined : "max_tokens: Field required";
  },
  lastUserText: ({ messages }) => lastUserText(messages),
  reply(body, reply) {
    const { text, calls = [] } = reply;
    const content = [...(text === "" ? [] : [{ type: "text", text }]), ...calls.map(toolUseOf)];
    return { ...headOf(body), content, stop_reason: stopReasonOf(reply), stop_sequence: null, usage };
  },
  events: (body, reply) => [
    eventOf("message_start", {
      message: { ...headOf(body), content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
    }),
    ...(reply.text === "" ? [] : blockEvents(0, { type: "text", text: "" }, textDeltas(reply.text))),
    ...(reply.calls ?? []).flatMap((call, index) => blockEvents(index + 1, { ...toolUseOf(call), input: {} }, inputDeltas(call))),
    eventOf("message_delta", { delta: { stop_reason: stopReasonOf(reply), stop_sequence: null }, usage: { output_tokens: usage.output_tokens } }),
    eventOf("message_stop", {}),
  ],
  error: (type, message) => ({ type: "error", error: { type, message }, request_id: "req_1" }),
  overload: eventOf("error", { error: { type: "overloaded_error", message: "too busy" } }),
};

const usage = { input_tokens: 60, cache_creation_input_tokens: 0, cache_read_input_tokens: 40, output_tokens: 20 };

function headOf({ model }: Body): object {
  return { id: "msg_1", type: "message", role: "assistant", model: `${String(model)}-20261001` };
}

function toolUseOf({ callId, tool, input }: FakeCall): object {
  return { type: "tool_use", id: callId, name: tool, input };
}

function stopReasonOf({ calls = [], end }: FakeReply): string {
  if (end !== undefined) return end === "length" ? "max_tokens" : "refusal";
  return calls.length > 0 ? "tool_use" : "end_turn";
}

function blockEvents(index: number, block: object, deltas: readonly object[]): FakeEvent[] {
  return [
    eventOf("content_block_start", { index, content_block: block }),
    ...deltas.map((delta) => eventOf("content_block_delta", { index, delta })),
    eventOf("content_block_stop", { index }),
  ];
}

function textDeltas(text: string): object[] {
  return halves(text).map((half) => ({ type: "text_delta", text: half }));
}

function inputDeltas({ input }: FakeCall): object[] {
  return halves(JSON.stringify(input)).map((half) => ({ type: "input_json_delta", partial_json: half }));
}

function eventOf(type: string, data: object): FakeEvent {
  return { event: type, data: { type, ...data } };
}
