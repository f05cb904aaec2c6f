import type { IncomingHttpHeaders } from "node:http";
import { type Api, type ApiError, type FakeEvent, halvesOf, lastUserText, piecesOf, textOf, usageOf } from "../api.ts";
import { eventMessage } from "../event-message.ts";
import type { FakeAnswer, FakeToolCall } from "../fake-reply.ts";

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, and ConverseStream. */
export const bedrockConverse: Api = {
  name: "bedrock.converse",
  path: /\/model\/[^/]+\/converse(-stream)?$/,
  keyHeaders: ["authorization"],
  keyOf,
  problemOf: ({ body: { messages } }) => (Array.isArray(messages) && messages.length > 0 ? undefined : "messages must not be empty"),
  isStreamed: ({ path }) => path.includes("/converse-stream"),
  lastUserText: ({ messages }) => lastUserText(messages),
  reply: (_asked, answer) => ({
    output: { message: { role: "assistant", content: blocksOf(answer).map(({ block }) => block) } },
    stopReason: stopReasonOf(answer),
    ...countsOf(answer),
  }),
  events: (_asked, answer) => [
    { event: "messageStart", data: { role: "assistant" } },
    ...blocksOf(answer).flatMap(blockEvents),
    { event: "messageStop", data: { stopReason: stopReasonOf(answer) } },
    { event: "metadata", data: countsOf(answer) },
  ],
  error: ({ message, type }: ApiError) => ({ message, ...(type !== undefined && { __type: type }) }),
  overload: { event: "serviceUnavailableException", data: { message: "Bedrock is unable to process your request." } },
  streaming: {
    type: "application/vnd.amazon.eventstream",
    encode: eventMessage,
    garbled: { event: "contentBlockDelta", data: "{no JSON" },
  },
};

/** An API key of Bedrock, or the id of the access key that signed the request. */
function keyOf({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  return (/^Bearer (.+)$/.exec(authorization) ?? /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(authorization))?.[1];
}

interface Block {
  readonly block: object;
  /** How a block of a tool begins; the others just come. */
  readonly start?: object;
  readonly deltas: readonly object[];
}

function blocksOf(answer: FakeAnswer): readonly Block[] {
  const text = textOf(answer);
  const textBlock: Block = { block: { text }, deltas: piecesOf(answer).map((piece) => ({ text: piece })) };
  return [...thoughtsOf(answer), ...(text === "" ? [] : [textBlock]), ...(answer.calls ?? []).map(toolUseBlock)];
}

function thoughtsOf({ reasoning }: FakeAnswer): readonly Block[] {
  if (reasoning === undefined) return [];
  const signature = "c2lnbmVk";
  return [
    {
      block: { reasoningContent: { reasoningText: { text: reasoning, signature } } },
      deltas: [...halvesOf(reasoning).map((text) => ({ reasoningContent: { text } })), { reasoningContent: { signature } }],
    },
  ];
}

function toolUseBlock({ callId, tool, input }: FakeToolCall): Block {
  return {
    block: { toolUse: { toolUseId: callId, name: tool, input } },
    start: { toolUse: { toolUseId: callId, name: tool } },
    deltas: halvesOf(JSON.stringify(input)).map((half) => ({ toolUse: { input: half } })),
  };
}

function blockEvents({ start, deltas }: Block, contentBlockIndex: number): FakeEvent[] {
  return [
    ...(start ? [{ event: "contentBlockStart", data: { contentBlockIndex, start } }] : []),
    ...deltas.map((delta) => ({ event: "contentBlockDelta", data: { contentBlockIndex, delta } })),
    { event: "contentBlockStop", data: { contentBlockIndex } },
  ];
}

function stopReasonOf({ calls = [], end }: FakeAnswer): string {
  if (end !== undefined) return end === "length" ? "max_tokens" : "content_filtered";
  return calls.length > 0 ? "tool_use" : "end_turn";
}

function countsOf(answer: FakeAnswer): object {
  const { input, cached, cacheWrite, output } = usageOf(answer);
  return {
    usage: {
      inputTokens: input - cached - cacheWrite,
      cacheReadInputTokens: cached,
      cacheWriteInputTokens: cacheWrite,
      outputTokens: output,
      totalTokens: input + output,
    },
    metrics: { latencyMs: 1 },
  };
}
