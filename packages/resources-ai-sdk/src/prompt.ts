import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import type {
  ModelFilePart,
  ModelMessage,
  ModelProviderData,
  ModelReplyPart,
  ModelRequest,
  ModelToolResultPart,
  ModelUserPart,
} from "@dad/resources";

type UserPart = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];
type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type ToolPart = Extract<LanguageModelV4Message, { role: "tool" }>["content"][number];

/** The messages of a request in the words of the AI SDK. All of it is a copy: providers may change what they are given. */
export function promptOf({ system, messages }: Pick<ModelRequest, "system" | "messages">): LanguageModelV4Message[] {
  return [...(system === undefined ? [] : [{ role: "system" as const, content: system }]), ...messages.map(messageOf)];
}

function messageOf({ role, content }: ModelMessage): LanguageModelV4Message {
  if (role === "tool") return { role, content: content.map(toolPart) };
  if (role === "user") return { role, content: partsOf(content).map(userPart) };
  return { role, content: partsOf(content).map(assistantPart) };
}

function partsOf<Part>(content: string | readonly Part[]): readonly (Part | { readonly type: "text"; readonly text: string })[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function userPart(part: ModelUserPart): UserPart {
  return part.type === "file" ? filePart(part) : { type: "text", text: part.text, ...optionsOf(part) };
}

function assistantPart(part: ModelReplyPart): AssistantPart {
  if (part.type === "file") return filePart(part);
  if (part.type !== "tool-call") return { type: part.type, text: part.text, ...optionsOf(part) };
  return { type: "tool-call", toolCallId: part.callId, toolName: part.tool, input: inputOf(part.input), ...optionsOf(part) };
}

function filePart({ mediaType, data, name }: ModelFilePart): LanguageModelV4FilePart {
  return { type: "file", mediaType, data: { type: "data", data }, ...(name === undefined ? {} : { filename: name }) };
}

/** Providers refuse a conversation in which a model called a tool with something else than an object, although it did. */
function inputOf(input: unknown): unknown {
  return typeof input === "object" && input !== null && !Array.isArray(input) ? structuredClone(input) : { input };
}

function toolPart({ callId, tool, result, failed = false }: ModelToolResultPart): ToolPart {
  return { type: "tool-result", toolCallId: callId, toolName: tool, output: outputOf(result, failed) };
}

function outputOf(result: ModelToolResultPart["result"], failed: boolean): LanguageModelV4ToolResultOutput {
  if (typeof result === "string") return { type: failed ? "error-text" : "text", value: result };
  return { type: failed ? "error-json" : "json", value: structuredClone(result) as never };
}

function optionsOf({ providerData }: { readonly providerData?: ModelProviderData }): { providerOptions?: Record<string, never> } {
  return providerData ? { providerOptions: structuredClone(providerData) as Record<string, never> } : {};
}
