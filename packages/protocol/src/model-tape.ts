import { z } from "zod";
import { Json } from "./json.ts";
import { ModelMessage, ModelProviderData, ModelReplyPart, ModelTool, ModelToolChoice } from "./model-message.ts";
import { Usage } from "./usage.ts";

// The types are written out and closed, so that a misspelt member does not compile. The schemas are
// loose: a request keeps what a newer version added, and with it its digest.

/** What the reply must be, when it is to be more than text. */
export interface ModelOutputSpec {
  /** Letters, digits, `_`, `-`, at most 64: providers show it to the model. */
  readonly name: string;
  /** JSON Schema, draft 2020-12. */
  readonly schema: { readonly [key: string]: Json };
}
export const ModelOutputSpec: z.ZodType<ModelOutputSpec> = z.looseObject({
  name: z.string().regex(/^[\w-]{1,64}$/, "the name of an output is 1 to 64 letters, digits, _ or -"),
  schema: z.record(z.string(), Json),
});

export const ModelReasoningEffort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);
export type ModelReasoningEffort = z.infer<typeof ModelReasoningEffort>;

export interface ModelSettings {
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  /** How long the model may think. Default: the provider's. */
  readonly reasoningEffort?: ModelReasoningEffort;
  /** What one provider has and others have not, by its name, such as `{ anthropic: { thinking: { type: "enabled", budgetTokens: 2000 } } }`. */
  readonly providerOptions?: ModelProviderData;
}
const settings = {
  maxOutputTokens: z.int().positive().exactOptional(),
  temperature: z.number().exactOptional(),
  topP: z.number().exactOptional(),
  seed: z.int().exactOptional(),
  stopSequences: z.array(z.string()).exactOptional(),
  reasoningEffort: ModelReasoningEffort.exactOptional(),
  providerOptions: ModelProviderData.exactOptional(),
};
export const ModelSettings: z.ZodType<ModelSettings> = z.looseObject(settings);
/** As people write them: there a member that nobody knows is a slip, and not of a newer version. */
export const WrittenModelSettings: z.ZodType<ModelSettings> = z.strictObject(settings);

/** One call, as plain JSON: the digest of its canonical text is the key under which a recording is found. */
export interface ModelRequest {
  readonly system?: string;
  readonly messages: readonly ModelMessage[];
  readonly output?: ModelOutputSpec;
  readonly tools?: readonly ModelTool[];
  readonly toolChoice?: ModelToolChoice;
  readonly settings?: ModelSettings;
}
export const ModelRequest: z.ZodType<ModelRequest> = z.looseObject({
  system: z.string().exactOptional(),
  messages: z.array(ModelMessage),
  output: ModelOutputSpec.exactOptional(),
  tools: z.array(ModelTool).exactOptional(),
  toolChoice: ModelToolChoice.exactOptional(),
  settings: ModelSettings.exactOptional(),
});

export const ModelFinishReason = z.enum(["stop", "length", "content-filter", "tool-calls", "error", "other"]);
export type ModelFinishReason = z.infer<typeof ModelFinishReason>;

export interface ModelResponse {
  /** All text of the reply. */
  readonly text: string;
  /** The whole reply, in order, as it goes back to the model as a message. Left out when it is the text alone. */
  readonly content?: readonly ModelReplyPart[];
  /** The parsed reply, when the request had an `output` and no tool is called. Not checked against the schema: that is the caller's. */
  readonly structured?: Json;
  readonly finishReason: ModelFinishReason;
  readonly usage: Usage;
  /** The model that answered, as the provider names it. It may be more exact than the one that was asked for. */
  readonly modelId: string;
  /** What the provider did not do as asked, such as a setting that the model does not have. For people. */
  readonly warnings?: readonly string[];
}
export const ModelResponse: z.ZodType<ModelResponse> = z.looseObject({
  text: z.string(),
  content: z.array(ModelReplyPart).exactOptional(),
  structured: Json.exactOptional(),
  finishReason: ModelFinishReason,
  usage: Usage,
  modelId: z.string().min(1),
  warnings: z.array(z.string()).exactOptional(),
});

export interface ModelExchange {
  readonly request: ModelRequest;
  readonly response: ModelResponse;
}
export const ModelExchange: z.ZodType<ModelExchange> = z.looseObject({ request: ModelRequest, response: ModelResponse });

/** A recording of a model: what it was asked and what it replied, in that order. It holds the prompts as they were. */
export interface ModelTape {
  readonly format: "dad.tape/1";
  /** Who replied, as on the model that was recorded. */
  readonly provider?: string;
  readonly modelId?: string;
  readonly entries: readonly ModelExchange[];
}
export const ModelTape: z.ZodType<ModelTape> = z.looseObject({
  format: z.literal("dad.tape/1"),
  provider: z.string().min(1).exactOptional(),
  modelId: z.string().min(1).exactOptional(),
  entries: z.array(ModelExchange),
});
