import type { Json, Usage } from "@dad/protocol";

export interface ModelMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What the reply must be, when it is to be more than text. */
export interface ModelOutputSpec {
  /** Letters, digits, `_`, `-`: providers show it to the model. */
  readonly name: string;
  /** JSON Schema, draft 2020-12. */
  readonly schema: { readonly [key: string]: Json };
}

export interface ModelSettings {
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
}

/** One call, as plain JSON: its canonical text is the key under which a recording is found. */
export interface ModelRequest {
  readonly system?: string;
  readonly messages: readonly ModelMessage[];
  readonly output?: ModelOutputSpec;
  readonly settings?: ModelSettings;
}

export interface ModelResponse {
  readonly text: string;
  /** The parsed reply, when the request had an `output`. Not checked against the schema: that is the caller's. */
  readonly structured?: Json;
  readonly finishReason: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";
  readonly usage: Usage;
  /** The model that answered, as the provider names it. It may be more exact than the one that was asked for. */
  readonly modelId: string;
}

export interface ModelCapabilities {
  /** The provider itself holds the reply to a JSON schema. */
  readonly structuredOutput: boolean;
  /** Replies come from a recording or a script: nobody is called and nothing is paid. */
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
  /** @throws ModelError (`MODEL_…`), `retryable` when the same call may succeed later. */
  generate(request: ModelRequest, options?: { readonly signal?: AbortSignal }): Promise<ModelResponse>;
}
