import { AsyncLocalStorage } from "node:async_hooks";
import type {
  EmbeddingModelV4,
  LanguageModelV4,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from "@ai-sdk/provider";
import {
  type CallOptions,
  type GenerateOptions,
  type ModelCapabilities,
  type ModelFinishReason,
  type ModelPrice,
  type ModelRequest,
  type ModelResource,
  type ModelResponse,
  withStructured,
} from "@dad/resources";
import type { Redactor } from "@dad/secrets";
import { type AskedModel, withoutSecrets } from "./asked-model.ts";
import { callOptionsOf } from "./call-options.ts";
import { collectStream } from "./collect-stream.ts";
import { embed } from "./embed.ts";
import { empty, loadFailure, modelFailure, streamFailure, unfinished } from "./model-failure.ts";
import { type AiSdkEmbeddingModel, type AiSdkLanguageModel, embeddingModelOf, languageModelOf } from "./older-versions.ts";
import { providerName } from "./provider-name.ts";
import { replyPartsOf } from "./reply-parts.ts";
import { usageOf } from "./usage.ts";

export interface AiSdkModelOptions {
  /** What a provider of the AI SDK makes, such as `openai("gpt-5")`: of version 4, 3 or 2 of its specification. */
  readonly model: AiSdkLanguageModel;
  /** For `embed`, such as `openai.embeddingModel("text-embedding-3-small")`. Without it the model has no `embed`. */
  readonly embeddings?: AiSdkEmbeddingModel;
  /** Without it the cost of a call is unknown: `null`, never 0. */
  readonly price?: ModelPrice | undefined;
  /** The most tokens of a reply, for requests that do not say. */
  readonly maxOutputTokens?: number | undefined;
}

/** For a provider package that is to be loaded only when its model is used. */
export interface LazyAiSdkModelOptions extends Omit<AiSdkModelOptions, "model" | "embeddings"> {
  /** `async () => (await import("@ai-sdk/openai")).openai("gpt-5")`. Called by the first call, and once when it succeeds; in the async context of who made this model, as several runs may share it. */
  readonly model: () => AiSdkLanguageModel | Promise<AiSdkLanguageModel>;
  /** Likewise, by the first `embed`. */
  readonly embeddings?: (() => AiSdkEmbeddingModel | Promise<AiSdkEmbeddingModel>) | undefined;
  /** By the OpenTelemetry GenAI conventions: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  readonly modelId: string;
  /** Where they are not those of most models: they hold replies to schemas, stream, and take tools and files. */
  readonly capabilities?: Partial<ModelCapabilities>;
  /** Takes the secrets that the provider is given out of its errors and warnings. */
  readonly redactor?: Redactor;
}

/**
 * A model of any provider that implements the AI SDK's provider specification. Nothing is retried here.
 *
 * @throws ModelError from `generate` and `embed`: `MODEL_UNAUTHORIZED` (also when there is no API key), `MODEL_RATE_LIMITED`,
 * `MODEL_UNAVAILABLE`, `MODEL_REFUSED`, `MODEL_REPLY_INVALID`. Their causes have nothing of the request.
 * @throws TypeError for a model of another version of the specification.
 */
export function aiSdkModel(options: AiSdkModelOptions | LazyAiSdkModelOptions): ModelResource {
  const { price, maxOutputTokens } = options;
  const { asked, load, loadEmbeddings, capabilities } = sourceOf(options);

  return {
    provider: asked.provider,
    modelId: asked.modelId,
    capabilities: { structuredOutput: true, recorded: false, streaming: true, tools: true, files: true, ...capabilities },
    ...(price && { price }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    async generate(request, calling = {}) {
      calling.signal?.throwIfAborted();
      const model = await load();
      calling.signal?.throwIfAborted();
      const bounded = { ...request, settings: { ...(maxOutputTokens !== undefined && { maxOutputTokens }), ...request.settings } };
      const answer = await answerOf(model, bounded, { ...calling, asked });
      if (answer.response?.id !== undefined && answer.response.id !== "") calling.onReplyId?.(answer.response.id);
      return responseOf(answer, request, asked);
    },
    ...(loadEmbeddings && {
      async embed(texts: readonly string[], calling: CallOptions = {}) {
        calling.signal?.throwIfAborted();
        return await embed(await loadEmbeddings(), texts, { ...calling, asked });
      },
    }),
  };
}

interface Source {
  readonly asked: AskedModel;
  readonly load: () => LanguageModelV4 | Promise<LanguageModelV4>;
  readonly loadEmbeddings: (() => EmbeddingModelV4 | Promise<EmbeddingModelV4>) | undefined;
  readonly capabilities?: Partial<ModelCapabilities> | undefined;
}

function sourceOf(options: AiSdkModelOptions | LazyAiSdkModelOptions): Source {
  if (isLazy(options)) {
    const { provider, modelId, price, redactor, capabilities, model: make, embeddings: makeEmbeddings } = options;
    const asked = { provider, modelId, price, redactor };
    const loadEmbeddings = makeEmbeddings && once(async () => embeddingModelOf(await makeEmbeddings()), asked);
    return { asked, load: once(async () => languageModelOf(await make()), asked), loadEmbeddings, capabilities };
  }
  const model = languageModelOf(options.model);
  const embeddings = options.embeddings && embeddingModelOf(options.embeddings);
  const asked = { provider: providerName(model.provider), modelId: model.modelId, price: options.price, redactor: undefined };
  return { asked, load: () => model, loadEmbeddings: embeddings && (() => embeddings) };
}

function isLazy(options: AiSdkModelOptions | LazyAiSdkModelOptions): options is LazyAiSdkModelOptions {
  return "provider" in options;
}

/** A factory that failed is called again the next time. */
function once<Made>(make: () => Promise<Made>, asked: AskedModel): () => Promise<Made> {
  let loading: Promise<Made> | undefined;
  const load = AsyncLocalStorage.bind(make);
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw loadFailure(error, asked);
    }));
}

interface Asking extends GenerateOptions {
  readonly asked: AskedModel;
}

async function answerOf(model: LanguageModelV4, request: ModelRequest, asking: Asking): Promise<LanguageModelV4GenerateResult> {
  const { asked, onPiece } = asking;
  const options = callOptionsOf(request, asking);
  if (!onPiece) {
    const result = await failing(asking, () => model.doGenerate(options));
    if (result.content.length === 0 && endsInNothing(result)) throw empty(asked);
    return result;
  }
  const { stream } = await failing(asking, () => model.doStream(options));
  const fail = (error: unknown): never => {
    throw streamFailure(error, asked);
  };
  const result = await collectStream(partsOf(stream, asking), { onPiece, fail });
  if (!result || result.finishReason.unified === "interrupted" || endsInNothing(result)) throw unfinished(asked);
  return result;
}

/** Some packages end a reply on their own when the provider has not: with no reason that the provider gave, and nothing that it counted. */
function endsInNothing({ finishReason, usage }: LanguageModelV4GenerateResult): boolean {
  const untold = finishReason.raw === undefined || finishReason.raw === "unknown";
  return finishReason.unified === "other" && untold && usage.inputTokens.total === undefined && usage.outputTokens.total === undefined;
}

async function failing<Result>({ signal, asked }: Asking, work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Providers throw what they make of an abort; the caller is owed the reason.
    signal?.throwIfAborted();
    throw modelFailure(error, asked);
  }
}

/** Tells what the stream does wrong from what the hearer of its parts does. */
async function* partsOf(stream: ReadableStream<LanguageModelV4StreamPart>, { signal, asked }: Asking): AsyncGenerator<LanguageModelV4StreamPart> {
  try {
    yield* stream;
  } catch (error) {
    signal?.throwIfAborted();
    throw streamFailure(error, asked);
  }
}

function responseOf(result: LanguageModelV4GenerateResult, request: ModelRequest, asked: AskedModel): ModelResponse {
  const { parts, warnings: left } = replyPartsOf(result.content);
  const warnings = [...result.warnings.map(warningText), ...left].map((warning) => withoutSecrets(warning, asked));
  const response: ModelResponse = {
    text: parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
    ...(parts.every(({ type }) => type === "text") ? {} : { content: parts }),
    finishReason: finishReasonOf(result.finishReason.unified),
    usage: usageOf(result.usage, asked.price),
    modelId: result.response?.modelId ?? asked.modelId,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return withStructured(response, { request, text: result.structuredOutputText });
}

function finishReasonOf(reason: LanguageModelV4FinishReason["unified"]): ModelFinishReason {
  return reason === "interrupted" ? "error" : reason;
}

function warningText(warning: SharedV4Warning): string {
  if (warning.type === "other") return warning.message;
  if (warning.type === "deprecated") return `deprecated: ${warning.setting} (${warning.message})`;
  return `${warning.type}: ${warning.feature}${warning.details === undefined ? "" : ` (${warning.details})`}`;
}
