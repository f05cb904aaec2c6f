import type { ModelErrorCode } from "../errors.ts";
import type { ModelReplyPart, ModelRequest, ModelResource } from "../model-resource.ts";

type Awaitable<Value> = Value | Promise<Value>;

/** What a model is to reply to a request. */
export interface SubjectExchange {
  readonly request: ModelRequest;
  readonly text: string;
  /** The parts of the reply, when it is more than the text: texts and calls of tools. For models with `capabilities.tools`. */
  readonly content?: readonly ModelReplyPart[];
}

/** How the suite brings the other side of a model to do what a test needs. */
export interface ModelResourceSubject {
  /** A model that gives each of these requests its reply, any number of times. `lastUserText` tells the requests apart. */
  replying(exchanges: readonly SubjectExchange[]): Awaitable<ModelResource>;
  /** A model for which this request fails with this code, in the way that is natural for it. */
  failing(code: ModelErrorCode, request: ModelRequest): Awaitable<ModelResource>;
  /**
   * A model whose reply never comes, and what resolves once it was called.
   * For every model but a recorded one, which waits for nobody.
   */
  silent?(): Awaitable<{ readonly model: ModelResource; readonly called: Promise<unknown> }>;
}

/** The text of the last message of the user: each request of the suite has another one. */
export function lastUserText({ messages }: ModelRequest): string {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

export const plain: ModelRequest = { messages: [{ role: "user", content: "Say hello." }] };
export const rich: ModelRequest = {
  system: "You count words.",
  messages: [
    { role: "user", content: "one two" },
    { role: "assistant", content: '{"words":2}' },
    { role: "user", content: "one two three" },
  ],
  output: {
    name: "word_count",
    schema: { type: "object", properties: { words: { type: "integer" } }, required: ["words"], additionalProperties: false },
  },
  settings: { maxOutputTokens: 64, temperature: 0, topP: 1, stopSequences: ["END"] },
};
export const exchanges: readonly SubjectExchange[] = [
  { request: plain, text: "Hello, wörld ✓" },
  { request: rich, text: '{"words":3}' },
];
