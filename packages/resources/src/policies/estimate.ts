import type { ModelFilePart, ModelRequest, Usage } from "@dad/protocol";
import type { UsageEstimate } from "../model-meter.ts";
import type { ModelPrice, ModelResource } from "../model-resource.ts";

/** What a call may use at most of a model that nobody has said it of. */
const OUTPUT_TOKENS = 4_096;
/** English has about four bytes for each token, code three, other scripts two to three. */
const BYTES_PER_TOKEN = 2;
/** What providers say to their models about tools and forms of replies. */
const ADDED_TOKENS = 500;
/** More than providers count for an image, which they scale down. */
const IMAGE_TOKENS = 5_000;
/** Sound and film have about 30 and 260 tokens for each second. */
const MEDIA_BYTES_PER_TOKEN = 50;

export type EstimatedModel = Pick<ModelResource, "provider" | "modelId" | "price" | "maxOutputTokens">;

/**
 * What a call may use, rather too much than too little. Input: a token for every two bytes of the JSON of the request, 500 where
 * there are tools or an `output`; for each image 5,000, a token for every 50 bytes of sound or film and for every two bytes of any
 * other file. Output: `settings.maxOutputTokens`, else that of the model, else 4,096. US dollars by the price of the model.
 */
export function estimate(request: ModelRequest, model: EstimatedModel): UsageEstimate {
  const files = new Set<unknown>(filesIn(request));
  const text = JSON.stringify(request, (_key, value: object) => (files.has(value) ? { ...value, data: "" } : value));
  const added = request.tools?.length || request.output ? ADDED_TOKENS : 0;
  const input = filesIn(request).reduce((sum, file) => sum + tokensOfFile(file), tokensOfText(text) + added);
  return estimateOf(model, input, request.settings?.maxOutputTokens ?? model.maxOutputTokens ?? OUTPUT_TOKENS);
}

/** Likewise, of texts as vectors. */
export function estimateOfTexts(texts: readonly string[], model: EstimatedModel): UsageEstimate {
  return estimateOf(
    model,
    texts.reduce((sum, text) => sum + tokensOfText(text), 0),
    0,
  );
}

function estimateOf(model: EstimatedModel, input: number, output: number): UsageEstimate {
  return { tokens: input + output, usd: model.price ? dollars(model.price, input, output) : null, model: fullName(model) };
}

function dollars({ inputPerMTok, outputPerMTok, cacheWritePerMTok = 0 }: ModelPrice, input: number, output: number): number {
  return (input * Math.max(inputPerMTok, cacheWritePerMTok) + output * outputPerMTok) / 1_000_000;
}

function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

function filesIn({ messages }: ModelRequest): readonly ModelFilePart[] {
  return messages.flatMap(({ content }) => (typeof content === "string" ? [] : [...content].filter((part) => part.type === "file")));
}

function tokensOfFile({ mediaType, data }: ModelFilePart): number {
  if (mediaType.startsWith("image/")) return IMAGE_TOKENS;
  const bytes = (data.length * 3) / 4;
  return Math.ceil(bytes / (/^(?:audio|video)\//.test(mediaType) ? MEDIA_BYTES_PER_TOKEN : BYTES_PER_TOKEN));
}

/** How a model is called where several providers may have it. */
export function fullName({ provider, modelId }: Pick<ModelResource, "provider" | "modelId">): string {
  return `${provider}/${modelId}`;
}

/** Input and output together, as rate limits and budgets count them. */
export function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}
