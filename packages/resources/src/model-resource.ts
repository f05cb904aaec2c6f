import type { ModelRequest, ModelResponse } from "@dad/protocol";

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

/** Text of a reply as it comes. */
export interface ModelPiece {
  readonly channel: "text" | "reasoning";
  readonly text: string;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /**
   * Hears the pieces of the reply in order, before the call resolves, from a model with `capabilities.streaming`. Those of
   * `text` make up the text of the reply. What it throws fails the call.
   */
  readonly onPiece?: (piece: ModelPiece) => void;
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
   * One call. Nothing is retried, and the request is not changed. An aborted call rejects with the reason of its signal.
   *
   * @throws ModelError (`MODEL_…`), `retryable` when the same call may succeed later.
   */
  generate(request: ModelRequest, options?: GenerateOptions): Promise<ModelResponse>;
}
