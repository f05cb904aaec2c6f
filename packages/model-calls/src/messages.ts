import {
  digestOfBytes,
  type Json,
  type ModelFilePart,
  type ModelMessage,
  type ModelReplyPart,
  type ModelTool,
  type ModelToolResultPart,
} from "@dad/protocol";
import { type ModelRequest, type ModelResponse, partsOf } from "@dad/resources";

// As the schemas of the conventions say: model/gen-ai/gen-ai-{input,output}-messages.json, gen-ai-{system-instructions,tool-definitions}.json.

export function systemInstructions({ system }: ModelRequest): Json | undefined {
  return system === undefined ? undefined : [{ type: "text", content: system }];
}

export function inputMessages({ messages }: ModelRequest): Json {
  return messages.map(({ role, content }: ModelMessage) => ({
    role,
    parts: typeof content === "string" ? [{ type: "text", content }] : content.map(partOf),
  }));
}

export function outputMessages(response: ModelResponse): Json {
  return [{ role: "assistant", parts: partsOf(response).map(partOf), finish_reason: finishReason(response) }];
}

export function toolDefinitions({ tools = [] }: ModelRequest): Json | undefined {
  return tools.length === 0 ? undefined : tools.map(definitionOf);
}

const FINISH_REASONS: Readonly<Partial<Record<string, string>>> = { "content-filter": "content_filter", "tool-calls": "tool_call" };

/** Why a model stopped, as the conventions call it. */
export function finishReason({ finishReason: reason }: Pick<ModelResponse, "finishReason">): string {
  return FINISH_REASONS[reason] ?? reason;
}

function definitionOf({ name, description, inputSchema }: ModelTool): Json {
  return { type: "function", name, description, parameters: inputSchema };
}

function partOf(part: ModelReplyPart | ModelToolResultPart): Json {
  switch (part.type) {
    case "tool-call":
      return { type: "tool_call", id: part.callId, name: part.tool, arguments: part.input };
    case "tool-result":
      return { type: "tool_call_response", id: part.callId, response: part.result };
    case "file":
      return filePart(part);
    default:
      return { type: part.type, content: part.text };
  }
}

/** Bytes are not told: artifacts have them, by this digest. */
function filePart({ mediaType, data }: ModelFilePart): Json {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  return { type: "file", mime_type: mediaType, modality: modalityOf(mediaType), file_id: digestOfBytes(bytes) };
}

function modalityOf(mediaType: string): string {
  const [kind = ""] = mediaType.split("/");
  return ["image", "audio", "video"].includes(kind) ? kind : "document";
}
