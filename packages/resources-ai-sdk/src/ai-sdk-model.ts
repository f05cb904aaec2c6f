import { AsyncLocalStorage } from "node:async_hooks";
import type {
  LanguageModelV4,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from "@ai-sdk/provider";
import {
  type GenerateOptions,
  type ModelFinishReason,
  type ModelRequest,
  type ModelResource,
  type ModelResponse,
  withStructured,
} from "@dad/resources";
import { callOptionsOf } from "./call-options.ts";
import { collectStream } from "./collect-stream.ts";
import { loadFailure, modelFailure, streamFailure, unfinished } from "./model-failure.ts";
import { providerName } from "./provider-name.ts";
import { replyPartsOf } from "./reply-parts.ts";
import { type ModelPrice, usageOf } from "./usage.ts";

export interface AiSdkModelOptions {
  /** What a provider of the AI SDK makes, such as `openai("gpt-5")`. */
  readonly model: LanguageModelV4;
  /** Without it the cost of a call is unknown: `null`, never 0. */
  readonly price?: ModelPrice;
}

/** For a provider package that is to be loaded only when its model is used. */
export interface LazyAiSdkModelOptions {
  /** `async () => (await import("@ai-sdk/openai")).openai("gpt-5")`. Called by the first call, and once when it succeeds; in the async context of who made this model, as several runs may share it. */
  readonly model: () => LanguageModelV4 | Promise<LanguageModelV4>;
  /** By the OpenTelemetry GenAI conventions: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  readonly modelId: string;
  readonly price?: ModelPrice;
}

/**
 * A model of any provider that implements version 4 of the AI SDK's provider specification. Nothing is retried here.
 *
 * @throws ModelError from `generate`: `MODEL_UNAUTHORIZED` (also when there is no API key), `MODEL_RATE_LIMITED`,
 * `MODEL_UNAVAILABLE`, `MODEL_REFUSED`, `MODEL_REPLY_INVALID`.
 * @throws TypeError for a model of another version of the specification.
 */
export function aiSdkModel(options: AiSdkModelOptions | LazyAiSdkModelOptions): ModelResource {
  const { names, load } = sourceOf(options);

  return {
    ...names,
    capabilities: { structuredOutput: true, recorded: false, streaming: true, tools: true, files: true },
    async generate(request, { signal, onPiece } = {}) {
      signal?.throwIfAborted();
      const model = await load();
      signal?.throwIfAborted();
      const result = await answerOf(model, request, { signal, onPiece, names });
      return responseOf(result, { request, names, price: options.price });
    },
  };
}

type Names = Pick<ModelResource, "provider" | "modelId">;

interface Source {
  readonly names: Names;
  readonly load: () => LanguageModelV4 | Promise<LanguageModelV4>;
}

function sourceOf(options: AiSdkModelOptions | LazyAiSdkModelOptions): Source {
  if ("provider" in options) {
    const names = { provider: options.provider, modelId: options.modelId };
    return { names, load: once(options.model, names) };
  }
  const model = checked(options.model);
  return { names: { provider: providerName(model.provider), modelId: model.modelId }, load: () => model };
}

/** A factory that failed is called again the next time. */
function once(make: LazyAiSdkModelOptions["model"], names: Names): Source["load"] {
  let loading: Promise<LanguageModelV4> | undefined;
  const load = AsyncLocalStorage.bind(async (): Promise<LanguageModelV4> => checked(await make()));
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw loadFailure(error, names);
    }));
}

function checked(model: LanguageModelV4): LanguageModelV4 {
  const version: unknown = model.specificationVersion;
  if (version === "v4") return model;
  throw new TypeError(
    `the model ${model.modelId} implements version ${String(version)} of the AI SDK's specification, not v4; use a newer version of its provider package`,
  );
}

interface Asking {
  readonly names: Names;
  readonly signal: AbortSignal | undefined;
  readonly onPiece: GenerateOptions["onPiece"] | undefined;
}

async function answerOf(model: LanguageModelV4, request: ModelRequest, asking: Asking): Promise<LanguageModelV4GenerateResult> {
  const { names, signal, onPiece } = asking;
  const options = callOptionsOf(request, signal);
  if (!onPiece) return await failing(asking, () => model.doGenerate(options));
  const { stream } = await failing(asking, () => model.doStream(options));
  const fail = (error: unknown): never => {
    throw streamFailure(error, names);
  };
  const result = await collectStream(partsOf(stream, asking), { onPiece, fail });
  if (!result) throw unfinished(names);
  return result;
}

async function failing<Result>({ signal, names }: Asking, work: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Providers throw what they make of an abort; the caller is owed the reason.
    signal?.throwIfAborted();
    throw modelFailure(error, names);
  }
}

/** Tells what the stream does wrong from what the hearer of its parts does. */
async function* partsOf(stream: ReadableStream<LanguageModelV4StreamPart>, { signal, names }: Asking): AsyncGenerator<LanguageModelV4StreamPart> {
  try {
    yield* stream;
  } catch (error) {
    signal?.throwIfAborted();
    throw streamFailure(error, names);
  }
}

interface Call {
  readonly request: ModelRequest;
  readonly names: Names;
  readonly price: ModelPrice | undefined;
}

function responseOf(result: LanguageModelV4GenerateResult, { request, names, price }: Call): ModelResponse {
  const { parts, warnings: left } = replyPartsOf(result.content);
  const warnings = [...result.warnings.map(warningText), ...left];
  const response: ModelResponse = {
    text: parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
    ...(parts.every(({ type }) => type === "text") ? {} : { content: parts }),
    finishReason: finishReasonOf(result.finishReason.unified),
    usage: usageOf(result.usage, price),
    modelId: result.response?.modelId ?? names.modelId,
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
