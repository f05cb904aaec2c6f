import type { LanguageModelV4Content, LanguageModelV4File, LanguageModelV4ToolCall, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { Json } from "@dad/protocol";
import type { ModelProviderData, ModelReplyPart } from "@dad/resources";

export interface ReplyParts {
  readonly parts: readonly ModelReplyPart[];
  /** What could not be taken. */
  readonly warnings: readonly string[];
}

/**
 * What a model said, as parts of a reply. Left out is what it did not say itself: sources, and what the provider executed on
 * its own, none of which is asked for.
 */
export function replyPartsOf(content: readonly LanguageModelV4Content[]): ReplyParts {
  const parts = content.map(partOf);
  return { parts: parts.filter((part) => typeof part === "object"), warnings: parts.filter((part) => typeof part === "string") };
}

/** A string is a warning in the place of a part. */
function partOf(part: LanguageModelV4Content): ModelReplyPart | string | undefined {
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, text: part.text, ...dataOf(part.providerMetadata) };
    case "file":
      return filePart(part);
    case "tool-call":
      return part.providerExecuted === true ? undefined : toolCallPart(part);
    default:
      return undefined;
  }
}

function filePart({ mediaType, data }: LanguageModelV4File): ModelReplyPart | string {
  if (data.type === "url") return `left out: a file of the type ${mediaType} that the provider gives as the address ${data.url.href}`;
  return { type: "file", mediaType, data: typeof data.data === "string" ? data.data : Buffer.from(data.data).toString("base64") };
}

function toolCallPart({ toolCallId, toolName, input, providerMetadata }: LanguageModelV4ToolCall): ModelReplyPart {
  return { type: "tool-call", callId: toolCallId, tool: toolName, input: inputOf(input), ...dataOf(providerMetadata) };
}

/** Models write no JSON now and then. Whoever checks the input tells the model so. */
function inputOf(text: string): Json {
  // Some providers give nothing at all for a tool that takes nothing.
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function dataOf(metadata: SharedV4ProviderMetadata | undefined): { readonly providerData?: ModelProviderData } {
  return metadata === undefined ? {} : { providerData: JSON.parse(JSON.stringify(metadata)) as ModelProviderData };
}
