import type { ModelRequest, ModelResponse } from "@dad/protocol";

// Requests and replies reach the disk as recordings; their schemas are therefore in the protocol.
export type {
  ModelExchange,
  ModelFinishReason,
  ModelMessage,
  ModelOutputSpec,
  ModelRequest,
  ModelResponse,
  ModelSettings,
  ModelTape,
} from "@dad/protocol";

export interface ModelCapabilities {
  /** The provider itself holds the reply to a JSON schema. */
  readonly structuredOutput: boolean;
  /** Replies come from a recording or a script: nobody is called and nothing is paid, so `costUsd` is 0. */
  readonly recorded: boolean;
}

/**
 * Port: a language model.
 *
 * Adapters: `@dad/resources/recorded`, `@dad/resources-ai-sdk`.
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
  generate(request: ModelRequest, options?: { readonly signal?: AbortSignal }): Promise<ModelResponse>;
}
