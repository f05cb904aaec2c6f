import type { Json } from "@dad/protocol";
import type { ToolReply } from "@dad/resources";
import type { CallToolResult } from "@modelcontextprotocol/client";
import { plainText } from "./plain-text.ts";

/**
 * What a tool gave: its structured content, or else its text. What is neither, such as an image, is named in its place: a model is not
 * shown it.
 */
export function replyOf({
  content,
  structuredContent,
  isError = false,
}: Pick<CallToolResult, "content" | "structuredContent" | "isError">): ToolReply {
  const failed = isError ? { failed: true } : {};
  // The texts beside it say the same once more: https://modelcontextprotocol.io/specification/2025-11-25/server/tools#structured-content
  if (structuredContent !== undefined && content.every(({ type }) => type === "text")) return { result: structuredContent as Json, ...failed };
  const texts = content.map(textOf);
  if (structuredContent !== undefined) return { result: { structured: structuredContent as Json, content: texts }, ...failed };
  return { result: texts.join("\n"), ...failed };
}

function textOf(block: CallToolResult["content"][number]): string {
  switch (block.type) {
    case "text":
      return plainText(block.text);
    case "image":
    case "audio":
      return notShown(`${block.type} of the type ${block.mimeType}`, bytesIn(block.data));
    case "resource_link":
      return `[link to ${plainText(block.uri)}: ${plainText(block.name)}]`;
    case "resource":
      return "text" in block.resource ? plainText(block.resource.text) : notShown(`resource ${block.resource.uri}`, bytesIn(block.resource.blob));
    default:
      return "[content of a type that is not known here]";
  }
}

function notShown(what: string, bytes: number): string {
  return `[${plainText(what)}, ${bytes} bytes: not shown]`;
}

function bytesIn(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}
