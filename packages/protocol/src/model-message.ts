import { z } from "zod";
import { Json } from "./json.ts";

// As in the tape: the types are written out and closed, the schemas are loose.

/** What a provider wants back as it gave it, such as the signature of a thought. By the provider's name; opaque to all others. */
export type ModelProviderData = { readonly [provider: string]: { readonly [key: string]: Json } };
export const ModelProviderData: z.ZodType<ModelProviderData> = z.record(z.string(), z.record(z.string(), Json));

export interface ModelTextPart {
  readonly type: "text";
  readonly text: string;
  readonly providerData?: ModelProviderData;
}
const textPart = z.looseObject({ type: z.literal("text"), text: z.string(), providerData: ModelProviderData.exactOptional() });

/** An image, or any other file, to or from a model. */
export interface ModelFilePart {
  readonly type: "file";
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
  readonly name?: string;
}
const filePart = z.looseObject({
  type: z.literal("file"),
  mediaType: z.string().min(1),
  data: z.string().meta({ contentEncoding: "base64" }),
  name: z.string().min(1).exactOptional(),
});

/** What a model thought. It goes back to the model as it came. */
export interface ModelReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly providerData?: ModelProviderData;
}
const reasoningPart = z.looseObject({ type: z.literal("reasoning"), text: z.string(), providerData: ModelProviderData.exactOptional() });

/** A model wants a tool to be executed. */
export interface ModelToolCallPart {
  readonly type: "tool-call";
  /** Unique within a conversation; the result names it. */
  readonly callId: string;
  readonly tool: string;
  /** Not checked against the schema of the tool: that is the caller's. A string when the model wrote something that is no JSON. */
  readonly input: Json;
  readonly providerData?: ModelProviderData;
}
const toolCallPart = z.looseObject({
  type: z.literal("tool-call"),
  callId: z.string().min(1),
  tool: z.string().min(1),
  input: Json,
  providerData: ModelProviderData.exactOptional(),
});

export interface ModelToolResultPart {
  readonly type: "tool-result";
  readonly callId: string;
  readonly tool: string;
  readonly result: Json;
  /** The result says why there is none. */
  readonly failed?: boolean;
}
const toolResultPart = z.looseObject({
  type: z.literal("tool-result"),
  callId: z.string().min(1),
  tool: z.string().min(1),
  result: Json,
  failed: z.boolean().exactOptional(),
});

/** What somebody may say to a model. */
export type ModelUserPart = ModelTextPart | ModelFilePart;
/** What a model may say. */
export type ModelReplyPart = ModelTextPart | ModelFilePart | ModelReasoningPart | ModelToolCallPart;
export const ModelReplyPart: z.ZodType<ModelReplyPart> = z.discriminatedUnion("type", [textPart, filePart, reasoningPart, toolCallPart]);

export type ModelMessage =
  | { readonly role: "user"; readonly content: string | readonly ModelUserPart[] }
  | { readonly role: "assistant"; readonly content: string | readonly ModelReplyPart[] }
  | { readonly role: "tool"; readonly content: readonly ModelToolResultPart[] };
export const ModelMessage: z.ZodType<ModelMessage> = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("user"), content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, filePart]))]) }),
  z.looseObject({ role: z.literal("assistant"), content: z.union([z.string(), z.array(ModelReplyPart)]) }),
  z.looseObject({ role: z.literal("tool"), content: z.array(toolResultPart) }),
]);

/** A tool, as a model is told of it. */
export interface ModelTool {
  /** Letters, digits, `_`, `-`, at most 64. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12, of an object. */
  readonly inputSchema: { readonly [key: string]: Json };
}
export const ModelTool: z.ZodType<ModelTool> = z.looseObject({
  name: z.string().regex(/^[\w-]{1,64}$/, "the name of a tool is 1 to 64 letters, digits, _ or -"),
  description: z.string(),
  inputSchema: z.record(z.string(), Json),
});

/** Whether a model may (`auto`, the default), must not, or has to call a tool, or which one. */
export type ModelToolChoice = "auto" | "none" | "required" | { readonly tool: string };
export const ModelToolChoice: z.ZodType<ModelToolChoice> = z.union(
  [z.enum(["auto", "none", "required"]), z.looseObject({ tool: z.string().min(1) })],
  '"auto", "none", "required" or { tool } is expected',
);
