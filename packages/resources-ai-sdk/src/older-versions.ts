import type {
  EmbeddingModelV2,
  EmbeddingModelV3,
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2CallWarning,
  LanguageModelV2FinishReason,
  LanguageModelV2Usage,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";

/** A language model of any version of the AI SDK's provider specification that is spoken here. */
export type AiSdkLanguageModel = LanguageModelV4 | LanguageModelV3 | LanguageModelV2;

/** An embedding model of any version of the AI SDK's provider specification that is spoken here. */
export type AiSdkEmbeddingModel = EmbeddingModelV4 | EmbeddingModelV3 | EmbeddingModelV2<string>;

/** @throws TypeError for a model of another version. */
export function languageModelOf(model: AiSdkLanguageModel): LanguageModelV4 {
  if (model.specificationVersion === "v4") return model;
  if (model.specificationVersion === "v3" || model.specificationVersion === "v2") return newerModel(model);
  throw foreignVersion(model);
}

/** Versions 2 to 4 differ in nothing that is needed of them. @throws TypeError for a model of another version. */
export function embeddingModelOf(model: AiSdkEmbeddingModel): EmbeddingModelV4 {
  if (["v2", "v3", "v4"].includes(model.specificationVersion)) return model as EmbeddingModelV4;
  throw foreignVersion(model);
}

function foreignVersion(model: { readonly modelId: string; readonly specificationVersion?: string }): TypeError {
  const version = String(model.specificationVersion);
  return new TypeError(
    `the model ${model.modelId} implements version ${version} of the AI SDK's specification, and versions v2, v3 and v4 are spoken here; use another version of its provider package`,
  );
}

function newerModel(model: LanguageModelV3 | LanguageModelV2): LanguageModelV4 {
  const { provider, modelId, supportedUrls } = model;
  return {
    specificationVersion: "v4",
    provider,
    modelId,
    supportedUrls,
    async doGenerate(options) {
      const result = (await model.doGenerate(olderOptions(options))) as OlderResult;
      return {
        ...result,
        content: result.content.map(newerPart) as LanguageModelV4GenerateResult["content"],
        ...endOf(result),
        warnings: [...result.warnings.map(newerWarning), ...lostSettings(options)],
      } as LanguageModelV4GenerateResult;
    },
    async doStream(options) {
      const result = await model.doStream(olderOptions(options));
      const lost = lostSettings(options);
      const stream = (result.stream as ReadableStream<OlderPart>).pipeThrough(
        new TransformStream<OlderPart, LanguageModelV4StreamPart>({
          transform(part, controller) {
            controller.enqueue(newerStreamPart(part, lost));
          },
        }),
      );
      return { ...result, stream };
    },
  };
}

type OlderOptions = LanguageModelV2CallOptions & LanguageModelV3CallOptions;

/** Files of requests and replies were their content itself. Reasoning effort was left to the options of each provider. */
function olderOptions({ prompt, reasoning: _reasoning, ...options }: LanguageModelV4CallOptions): OlderOptions {
  return { ...options, prompt: prompt.map(olderMessage) } as unknown as OlderOptions;
}

function olderMessage(message: LanguageModelV4Message): unknown {
  if (typeof message.content === "string") return message;
  return { ...message, content: message.content.map((part) => (part.type === "file" ? { ...part, data: contentOf(part) } : part)) };
}

function contentOf({ data }: LanguageModelV4FilePart): unknown {
  return data.type === "data" ? data.data : data;
}

function lostSettings({ reasoning }: LanguageModelV4CallOptions): SharedV4Warning[] {
  if (reasoning === undefined || reasoning === "provider-default") return [];
  return [
    { type: "unsupported", feature: "reasoningEffort", details: "this version of the provider package takes it in settings.providerOptions only" },
  ];
}

type OlderMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface OlderEnd {
  readonly usage: LanguageModelV2Usage | LanguageModelV4Usage;
  readonly finishReason: LanguageModelV2FinishReason | LanguageModelV4GenerateResult["finishReason"];
  readonly providerMetadata?: OlderMetadata;
}

interface OlderResult extends OlderEnd {
  readonly content: readonly { readonly type: string }[];
  readonly warnings: readonly (LanguageModelV2CallWarning | SharedV4Warning)[];
}

type OlderPart =
  | Exclude<LanguageModelV3StreamPart, { readonly type: "finish" | "stream-start" }>
  | OlderStart
  | (OlderEnd & { readonly type: "finish" });

interface OlderStart {
  readonly type: "stream-start";
  readonly warnings: OlderResult["warnings"];
}

function newerStreamPart(part: OlderPart, lost: readonly SharedV4Warning[]): LanguageModelV4StreamPart {
  if (part.type === "stream-start") return { type: "stream-start", warnings: [...part.warnings.map(newerWarning), ...lost] };
  if (part.type === "finish") return { ...part, ...endOf(part) } as LanguageModelV4StreamPart;
  return newerPart(part) as LanguageModelV4StreamPart;
}

function newerPart(part: { readonly type: string; readonly data?: unknown }): unknown {
  return part.type === "file" ? { ...part, data: { type: "data", data: part.data } } : part;
}

function endOf({ usage, finishReason, providerMetadata }: OlderEnd): Pick<LanguageModelV4GenerateResult, "usage" | "finishReason"> {
  return {
    usage: typeof usage.inputTokens === "object" ? (usage as LanguageModelV4Usage) : newerUsage(usage as LanguageModelV2Usage, providerMetadata),
    finishReason:
      typeof finishReason === "string" ? { unified: finishReason === "unknown" ? "other" : finishReason, raw: finishReason } : finishReason,
  };
}

/** In version 2, the input of Anthropic was what came from no cache, and that of everybody else was all of it. */
function newerUsage(
  { inputTokens, outputTokens, reasoningTokens, cachedInputTokens }: LanguageModelV2Usage,
  metadata: OlderMetadata = {},
): LanguageModelV4Usage {
  const written = metadata["anthropic"]?.["cacheCreationInputTokens"];
  const cacheWrite = typeof written === "number" ? written : undefined;
  const apart = metadata["anthropic"] ? (cachedInputTokens ?? 0) + (cacheWrite ?? 0) : 0;
  const total = inputTokens === undefined ? undefined : inputTokens + apart;
  return {
    inputTokens: { total, noCache: undefined, cacheRead: cachedInputTokens, cacheWrite },
    outputTokens: { total: outputTokens, text: undefined, reasoning: reasoningTokens },
  };
}

function newerWarning(warning: LanguageModelV2CallWarning | SharedV4Warning): SharedV4Warning {
  if (warning.type === "unsupported-setting") return { type: "unsupported", feature: String(warning.setting), ...detailsOf(warning) };
  if (warning.type === "unsupported-tool") return { type: "unsupported", feature: `the tool ${warning.tool.name}`, ...detailsOf(warning) };
  return warning;
}

function detailsOf({ details }: { readonly details?: string }): { readonly details?: string } {
  return details === undefined ? {} : { details };
}
