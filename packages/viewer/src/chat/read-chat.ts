import type { Json } from "@dad/protocol";
import { isObject, listMember, memberOf, textMember } from "../json/parse-json.ts";
import type { Chat, ChatFile, ChatMessage, ChatPart, ChatStep, ToolResult } from "./chat.ts";

export interface KeptChat {
  readonly model?: Json | undefined;
  readonly request: Json;
  readonly steps: readonly ChatStep[];
}

/** Reads a request, the replies and what tools gave, as nodes keep them. What is unknown in it is shown as it is. */
export function readChat({ model, request, steps }: KeptChat): Chat {
  const said: ChatMessage[] = [];
  const system = textMember(request, "system");
  if (system !== undefined) said.push({ role: "system", parts: [{ kind: "text", text: system }] });
  for (const message of listMember(request, "messages")) said.push(messageOf(message));
  for (const [index, { reply, results }] of steps.entries()) {
    if (reply !== undefined) said.push({ role: "assistant", parts: replyParts(reply), step: index + 1 });
    if (Array.isArray(results)) said.push({ role: "tool", parts: (results as readonly Json[]).map(partOf) });
  }
  const last = steps.findLast(({ reply }) => reply !== undefined)?.reply;
  return { ...(isObject(model) ? { model: modelOf(model) } : {}), messages: withResults(said), ...asked(request), ...ended(last) };
}

/** Reads what is said in `gen_ai.input.messages` and the like of a span, or nothing when it has none of it. */
export function spanChat(attributes: Readonly<Record<string, Json>>): Chat | undefined {
  const [input, output] = [captured(attributes, "gen_ai.input.messages"), captured(attributes, "gen_ai.output.messages")];
  const system = captured(attributes, "gen_ai.system_instructions");
  if (input === undefined && output === undefined && system === undefined) return undefined;
  const replies = listOf(output).map((message): ChatMessage => ({ ...messageOf(message), step: 1 }));
  const said = [
    ...(system === undefined ? [] : [{ role: "system", parts: listOf(system).map(partOf) }]),
    ...listOf(input).map(messageOf),
    ...replies,
  ];
  return { messages: withResults(said), settings: [], tools: listOf(captured(attributes, "gen_ai.tool.definitions")), warnings: [] };
}

/** What is captured is a text of JSON, or the value itself. */
function captured(attributes: Readonly<Record<string, Json>>, name: string): Json | undefined {
  const value = memberOf(attributes, name);
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return [{ type: "text", text: value }];
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

function modelOf(model: Json): NonNullable<Chat["model"]> {
  const [alias, provider, modelId] = [textMember(model, "alias"), textMember(model, "provider"), textMember(model, "modelId")];
  return {
    ...(alias === undefined ? {} : { alias }),
    ...(provider === undefined ? {} : { provider }),
    ...(modelId === undefined ? {} : { modelId }),
  };
}

const SAID_ELSEWHERE: ReadonlySet<string> = new Set(["system", "messages", "tools", "output", "settings"]);

function asked(request: Json): Pick<Chat, "settings" | "tools" | "output"> {
  const settings = memberOf(request, "settings");
  const others = isObject(request) ? Object.entries(request).filter(([name]) => !SAID_ELSEWHERE.has(name)) : [];
  const output = memberOf(request, "output");
  return {
    settings: [...(isObject(settings) ? Object.entries(settings) : []), ...others],
    tools: listMember(request, "tools"),
    ...(output === undefined ? {} : { output }),
  };
}

function ended(reply: Json | undefined): Pick<Chat, "finishReason" | "answeredBy" | "warnings"> {
  const [finishReason, answeredBy] = [textMember(reply, "finishReason"), textMember(reply, "modelId")];
  const warnings = listMember(reply, "warnings").filter((warning) => typeof warning === "string");
  return { ...(finishReason === undefined ? {} : { finishReason }), ...(answeredBy === undefined ? {} : { answeredBy }), warnings };
}

/** A reply has its text alone, or everything in order. */
function replyParts(reply: Json): readonly ChatPart[] {
  const content = listMember(reply, "content");
  if (content.length > 0) return content.map(partOf);
  const text = textMember(reply, "text");
  return text === undefined ? [{ kind: "other", value: reply }] : [{ kind: "text", text }];
}

function messageOf(message: Json): ChatMessage {
  const role = textMember(message, "role") ?? "message";
  const content = memberOf(message, "content") ?? memberOf(message, "parts");
  if (content === undefined) return { role, parts: [partOf(message)] };
  return { role, parts: Array.isArray(content) ? (content as readonly Json[]).map(partOf) : [partOf(content)] };
}

/** Of a message as models of this product have them, or as the conventions for generative AI write them. */
function partOf(part: Json): ChatPart {
  if (typeof part === "string") return { kind: "text", text: part };
  switch (textMember(part, "type")) {
    case "text":
      return textPart("text", part);
    case "reasoning":
    case "thinking":
      return textPart("reasoning", part);
    case "tool-call":
    case "tool_call":
      return { kind: "call", ...calledOf(part), input: memberOf(part, "input") ?? memberOf(part, "arguments") ?? null };
    case "tool-result":
    case "tool_call_response":
      return { kind: "result", ...calledOf(part), result: resultOf(part) };
    case "file":
    case "blob":
      return { kind: "file", file: fileOf(part) };
    default:
      return { kind: "other", value: part };
  }
}

function textPart(kind: "text" | "reasoning", part: Json): ChatPart {
  const text = textMember(part, "text") ?? textMember(part, "content");
  return text === undefined ? { kind: "other", value: part } : { kind, text };
}

function calledOf(part: Json): { readonly tool: string; readonly callId: string } {
  return { tool: textMember(part, "tool") ?? textMember(part, "name") ?? "", callId: textMember(part, "callId") ?? textMember(part, "id") ?? "" };
}

function resultOf(part: Json): ToolResult {
  return { value: memberOf(part, "result") ?? memberOf(part, "response") ?? null, failed: memberOf(part, "failed") === true };
}

function fileOf(part: Json): ChatFile {
  const size = memberOf(part, "size");
  const texts = { name: textMember(part, "name"), digest: textMember(part, "digest"), data: textMember(part, "data") ?? textMember(part, "content") };
  const known = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  const mediaType = textMember(part, "mediaType") ?? textMember(part, "mime_type") ?? "application/octet-stream";
  return { mediaType, ...known, ...(typeof size === "number" ? { size } : {}) };
}

/** What a tool gave stands with its call; a message of which nothing is left then is left out. */
function withResults(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const results = new Map<string, ToolResult>();
  const calls = new Set(messages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === "call" ? [part.callId] : []))));
  for (const { parts } of messages)
    for (const part of parts) if (part.kind === "result" && calls.has(part.callId)) results.set(part.callId, part.result);
  return messages.flatMap((message) => {
    const parts = message.parts.flatMap((part): ChatPart[] => {
      if (part.kind === "result" && results.has(part.callId)) return [];
      const result = part.kind === "call" ? results.get(part.callId) : undefined;
      return [part.kind === "call" && result ? { ...part, result } : part];
    });
    return parts.length === 0 && message.parts.length > 0 ? [] : [{ ...message, parts }];
  });
}
