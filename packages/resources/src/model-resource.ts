import type { ErrorEnvelope, Json, ModelRequest, ModelResponse, Usage } from "@dad/protocol";
import type { ModelMeter } from "./model-meter.ts";

// Requests and replies reach the disk as recordings; their schemas are therefore in the protocol.
export type {
  ModelExchange,
  ModelFilePart,
  ModelFinishReason,
  ModelMessage,
  ModelOutputSpec,
  ModelProviderData,
  ModelReasoningEffort,
  ModelReplyPart,
  ModelRequest,
  ModelResponse,
  ModelSettings,
  ModelTape,
  ModelTool,
  ModelToolCallPart,
  ModelToolChoice,
  ModelToolResultPart,
  ModelUserPart,
} from "@dad/protocol";

export interface ModelCapabilities {
  /** The provider itself holds the reply to a JSON schema. */
  readonly structuredOutput: boolean;
  /** Replies come from a recording or a script: nobody is called and nothing is paid, so `costUsd` is 0. */
  readonly recorded: boolean;
  /** Pieces of a reply are told as they come. */
  readonly streaming: boolean;
  /** Requests may have `tools`, and messages calls and results of them. Else such a request is `MODEL_REFUSED`. */
  readonly tools: boolean;
  /** Messages may have files. Else such a request is `MODEL_REFUSED`. Which types of files is another matter. */
  readonly files: boolean;
}

export type ModelCapability = keyof ModelCapabilities;

/** In US dollars per million tokens. Data of whoever pays; no price is known by itself. */
export interface ModelPrice {
  readonly inputPerMTok: number;
  readonly outputPerMTok: number;
  /** For input that the provider served from its cache. Default: `inputPerMTok`. */
  readonly cachedInputPerMTok?: number;
  /** For input that the provider put into its cache. Default: `inputPerMTok`. */
  readonly cacheWritePerMTok?: number;
}

/** Text of a reply as it comes. */
export interface ModelPiece {
  readonly channel: "text" | "reasoning";
  readonly text: string;
}

/**
 * What happens on the way to a reply, for whoever shows it. `model` and `by` are `provider/model`. Pieces of the reply that were
 * told before are void: it starts anew.
 */
export type ModelTrouble =
  | { readonly type: "retried"; readonly model: string; readonly delayMs: number; readonly error: ErrorEnvelope }
  | { readonly type: "replaced"; readonly model: string; readonly by: string; readonly error: ErrorEnvelope };

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Sent with the request where the provider is called by HTTP: those of a trace (`traceparent`), for instance. Never secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Is asked before each call that costs something. */
  readonly meter?: ModelMeter;
  readonly onTrouble?: (trouble: ModelTrouble) => void;
  /** Hears what the provider calls the reply, where it says so. Of several calls, that of the last one is the reply's. */
  readonly onReplyId?: (id: string) => void;
  /** Whoever makes the call traces it, so that nobody else does. */
  readonly traced?: boolean;
}

export interface GenerateOptions extends CallOptions {
  /**
   * Hears the pieces of the reply in order, before the call resolves, from a model with `capabilities.streaming`. Those of
   * `text` make up the text of the reply; those before an `onTrouble` belong to a reply that broke off. What it throws fails
   * the call.
   */
  readonly onPiece?: (piece: ModelPiece) => void;
}

/** Texts as vectors, in their order. */
export interface Embedding {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage;
  readonly modelId: string;
}

/**
 * Port: a language model.
 *
 * Adapters: `@dad/resources/recorded`, `@dad/resources/scripted`, `@dad/resources-ai-sdk`.
 */
export interface ModelResource {
  /** Of the OpenTelemetry GenAI conventions: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string;
  readonly modelId: string;
  readonly capabilities: ModelCapabilities;
  /**
   * What replies depend on besides the request and these names, such as the address at which the provider is reached. A re-run with another one
   * executes its nodes again. Never a secret, and nothing that changes no reply, such as limits and prices.
   */
  readonly identity?: Json;
  /** What a call costs. Without it the cost of a call is unknown: `null`, never 0. */
  readonly price?: ModelPrice;
  /**
   * It asks `options.meter` itself, before each call of its provider, as models of `withPolicies` do. Without that the meter of a call is
   * not asked by the model: see `withMeter`.
   */
  readonly metered?: boolean;
  /** The most tokens of a reply, when a request does not say. What is set aside for a call of which neither is known is a guess. */
  readonly maxOutputTokens?: number;
  /**
   * One call. Nothing is retried but by a policy (`withPolicies`), and the request is not changed. An aborted call rejects with the reason of
   * its signal.
   *
   * @throws ModelError (`MODEL_…`), `retryable` when the same call may succeed later.
   */
  generate(request: ModelRequest, options?: GenerateOptions): Promise<ModelResponse>;
  /** Where the model makes vectors of texts. The errors are those of `generate`. */
  embed?(texts: readonly string[], options?: CallOptions): Promise<Embedding>;
}
