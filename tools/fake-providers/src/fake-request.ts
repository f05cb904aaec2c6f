export type Body = Readonly<Record<string, unknown>>;

/** A request that was authorized and well-formed, as the server has seen it. */
export interface FakeRequest {
  /**
   * `openai.chat`, `openai.responses`, `openai.embeddings`, `anthropic.messages`, `google.generate`, `google.embeddings`,
   * `bedrock.converse`.
   */
  readonly api: string;
  readonly path: string;
  /** With small letters, and without the one that has the key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly body: Body;
  /** Whether the reply is to be a stream. */
  readonly streamed: boolean;
  readonly lastUserText: string;
  /** Resolves when this is over: whether the reply went out in whole, or the client went away before. */
  readonly over: Promise<"replied" | "abandoned">;
}
