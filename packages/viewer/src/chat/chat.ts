import type { Json } from "@dad/protocol";

/** What stands in a message. */
export type ChatPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | { readonly kind: "call"; readonly tool: string; readonly callId: string; readonly input: Json; readonly result?: ToolResult }
  /** Of a call that is not there. */
  | { readonly kind: "result"; readonly tool: string; readonly callId: string; readonly result: ToolResult }
  | { readonly kind: "file"; readonly file: ChatFile }
  /** What this version does not know. */
  | { readonly kind: "other"; readonly value: Json };

export interface ToolResult {
  readonly value: Json;
  readonly failed: boolean;
}

export interface ChatFile {
  readonly name?: string;
  readonly mediaType: string;
  readonly size?: number;
  /** Where its content is kept. */
  readonly digest?: string;
  /** Base64. */
  readonly data?: string;
}

export interface ChatMessage {
  readonly role: string;
  readonly parts: readonly ChatPart[];
  /** Of a reply: which one it is, from 1. What was said before the first one has none. */
  readonly step?: number;
}

/** A conversation with a model, as people read it. */
export interface Chat {
  readonly model?: { readonly alias?: string; readonly provider?: string; readonly modelId?: string };
  readonly messages: readonly ChatMessage[];
  /** Settings, the choice of a tool, and whatever else a request has. */
  readonly settings: readonly (readonly [name: string, value: Json])[];
  readonly tools: readonly Json[];
  /** What the reply had to be. */
  readonly output?: Json;
  readonly finishReason?: string;
  readonly answeredBy?: string;
  readonly warnings: readonly string[];
}

/** A reply of a model, and what the tools gave that it called. */
export interface ChatStep {
  readonly reply?: Json | undefined;
  readonly results?: Json | undefined;
}
