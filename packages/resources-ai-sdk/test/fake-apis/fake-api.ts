import type { IncomingHttpHeaders } from "node:http";

export type Body = Readonly<Record<string, unknown>>;

export interface FakeCall {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
}

/** What a model says, before an API words it. */
export interface FakeReply {
  readonly text: string;
  readonly calls?: readonly FakeCall[];
  readonly end?: "length" | "refusal";
}

/** One server-sent event. */
export interface FakeEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** One HTTP API of a model provider, as far as these tests need it: what it asks of a request, and how it words its answers. */
export interface FakeApi {
  readonly path: string;
  isAuthorized(headers: IncomingHttpHeaders, key: string): boolean;
  /** What the API would refuse the body for. */
  problemOf(body: Body): string | undefined;
  lastUserText(body: Body): string;
  reply(body: Body, reply: FakeReply): unknown;
  /** The same reply for a body that asks for a stream. The text comes in two pieces. */
  events(body: Body, reply: FakeReply): readonly FakeEvent[];
  error(type: string, message: string): unknown;
  /** In the middle of a stream: the provider has too much to do. */
  overload: FakeEvent;
}

interface Message {
  readonly role?: string;
  readonly content: string | readonly { readonly text?: string }[];
}

export function lastUserText(messages: unknown): string {
  const content = (messages as readonly Message[]).findLast(({ role }) => role === "user")?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

/** Two pieces of a text. */
export function halves(text: string): readonly string[] {
  const characters = Array.from(text);
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle), characters.slice(middle)].map((half) => half.join("")).filter((half) => half !== "");
}
