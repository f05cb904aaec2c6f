import type { IncomingHttpHeaders } from "node:http";
import type { FakeAnswer, FakeUsage } from "./fake-reply.ts";
import type { Body } from "./fake-request.ts";

/** What is asked of an API. */
export interface Asked {
  readonly path: string;
  readonly body: Body;
}

/** One server-sent event. */
export interface FakeEvent {
  readonly event?: string;
  readonly data: unknown;
}

export interface ApiError {
  readonly status: number;
  readonly type?: string | undefined;
  readonly message: string;
}

/** One HTTP API of a provider: what it asks of a request, and how it words its answers. */
export interface Api {
  readonly name: string;
  /** The end of its paths, without the query. */
  readonly path: RegExp;
  keyOf(headers: IncomingHttpHeaders): string | undefined;
  /** The header that has the key. */
  readonly keyHeaders: readonly string[];
  /** What the API would refuse the request for. */
  problemOf(asked: Asked): string | undefined;
  isStreamed(asked: Asked): boolean;
  lastUserText(body: Body): string;
  reply(asked: Asked, answer: FakeAnswer): unknown;
  /** The same reply for who asks for a stream. */
  events(asked: Asked, answer: FakeAnswer): readonly FakeEvent[];
  error(error: ApiError): unknown;
  /** An error in a stream that has begun: too much to do. */
  readonly overload: FakeEvent;
  /** How events are written. Default: as server-sent events. */
  readonly streaming?: FakeStreaming;
}

export interface FakeStreaming {
  /** The media type. */
  readonly type: string;
  readonly encode: (event: FakeEvent) => string | Uint8Array;
  /** An event whose data is no JSON. */
  readonly garbled: FakeEvent;
}

interface Message {
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[];
  readonly parts?: readonly { readonly text?: string }[];
}

export function lastUserText(messages: unknown): string {
  const last = (messages as readonly Message[]).findLast(({ role }) => role === "user");
  const content = last?.content ?? last?.parts ?? "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

export function textOf({ text = "" }: FakeAnswer): string {
  return typeof text === "string" ? text : text.join("");
}

/** The pieces of the text of an answer, none of them empty. */
export function piecesOf({ text = "" }: FakeAnswer): readonly string[] {
  return (typeof text === "string" ? halvesOf(text) : text).filter((piece) => piece !== "");
}

export function halvesOf(text: string): readonly string[] {
  const characters = Array.from(text);
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle), characters.slice(middle)].map((half) => half.join("")).filter((half) => half !== "");
}

export function usageOf({ usage = { input: 100, cached: 40, output: 20, reasoning: 5 } }: FakeAnswer): Required<FakeUsage> {
  return { cached: 0, cacheWrite: 0, reasoning: 0, ...usage };
}

/** Two numbers for each text, unless the answer has vectors. */
export function vectorsOf({ vectors }: FakeAnswer, texts: readonly string[]): readonly (readonly number[])[] {
  return vectors ?? texts.map((text) => [text.length, (text.codePointAt(0) ?? 0) / 1000]);
}
