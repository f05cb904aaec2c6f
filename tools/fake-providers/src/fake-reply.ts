import type { FakeRequest } from "./fake-request.ts";

export interface FakeToolCall {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
}

/** Tokens. */
export interface FakeUsage {
  /** All of the input, also what was cached. */
  readonly input: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  /** All of the output, also the thoughts. */
  readonly output: number;
  readonly reasoning?: number;
}

/**
 * What becomes of a reply in its middle: the connection breaks, an error comes in the stream, nothing more comes, what comes is no
 * JSON, or the stream ends as if that were all.
 */
export type FakeBreak = "cut" | "error" | "stall" | "garbled" | "end";

/** What a model says, before an API words it. */
export interface FakeAnswer {
  /** In a stream, two pieces of about the same size; or these. */
  readonly text?: string | readonly string[];
  /** Thoughts, where the API shows them. */
  readonly reasoning?: string;
  readonly calls?: readonly FakeToolCall[];
  /** Cut off at the limit of tokens, or stopped by the provider. */
  readonly end?: "length" | "refusal";
  /** Default: 100 of input, of which 40 were cached, and 20 of output, of which 5 were thoughts. */
  readonly usage?: FakeUsage;
  /** Of a request for embeddings, one for each text. Default: two numbers that depend on the text. */
  readonly vectors?: readonly (readonly number[])[];
  /** After the first piece of text of a stream, and in the middle of the JSON. */
  readonly middle?: FakeBreak;
  readonly delivery?: FakeDelivery;
}

/** How a reply goes out. */
export interface FakeDelivery {
  readonly headers?: Readonly<Record<string, string>>;
  /** Awaited before JSON, and after each event of a stream. */
  readonly pause?: () => Promise<unknown>;
}

/** An error of the API, worded as it words them. */
export interface FakeFailure {
  readonly status: number;
  /** Default: what the API calls errors of this status. */
  readonly type?: string;
  readonly message?: string;
  /** Of `retry-after` in seconds, as a date, or `retry-after-ms`. */
  readonly retryAfter?: { readonly seconds: number } | { readonly at: Date } | { readonly ms: number };
  readonly delivery?: FakeDelivery;
}

/** A body as it is, with status 200 if nothing else is said. `""`: none. */
export interface FakeBody {
  readonly body: string;
  readonly status?: number;
  readonly delivery?: FakeDelivery;
}

/** Never a reply: the request stays open until its client goes away, or the connection breaks at once. */
export interface FakeSilence {
  readonly silence: "hang" | "break";
}

export type FakeReply = FakeAnswer | FakeFailure | FakeBody | FakeSilence;

/** What is said to each request in turn; or whatever this makes of a request. */
export type FakeScript = readonly FakeReply[] | ((request: FakeRequest) => FakeReply);
