import type { Json, ModelFilePart, ModelMessage, ModelReplyPart, ModelRequest, ModelResponse, ModelToolCallPart } from "@dad/protocol";

type Reply = Pick<ModelResponse, "text" | "content">;

/** The parts of a reply, in order; of one without `content` its text. */
export function partsOf({ text, content }: Reply): readonly ModelReplyPart[] {
  return content ?? (text === "" ? [] : [{ type: "text", text }]);
}

/** The tools that the model wants to be executed, in order. */
export function toolCallsOf(reply: Reply): readonly ModelToolCallPart[] {
  return partsOf(reply).filter((part) => part.type === "tool-call");
}

/** Images and other files that the model made, in order. */
export function filesOf(reply: Reply): readonly ModelFilePart[] {
  return partsOf(reply).filter((part) => part.type === "file");
}

/** The reply as the message that the model hears of it in the next request. */
export function messageOfReply(reply: Reply): ModelMessage {
  return { role: "assistant", content: reply.content ?? reply.text };
}

const FENCED = /^\s*```(?:json)?[ \t]*\n([\s\S]*?)\n?```\s*$/;

export interface StructuredOptions {
  readonly request: ModelRequest;
  /** What to parse, when that is not the whole text of the reply. */
  readonly text?: string | undefined;
}

/**
 * The reply with its parsed JSON as `structured`, where the request has an `output` and the reply calls no tool. A Markdown
 * fence around the JSON, which many models add, is left out. A reply that is no JSON stays as it is, without `structured`: it
 * has been paid for, and the caller keeps it before anything is made of it. For adapters.
 */
export function withStructured(reply: ModelResponse, { request, text = reply.text }: StructuredOptions): ModelResponse {
  if (!request.output || reply.structured !== undefined || toolCallsOf(reply).length > 0) return reply;
  const structured = jsonIn(FENCED.exec(text)?.[1] ?? text);
  return structured === undefined ? reply : { ...reply, structured };
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
