import { asRecorded, type Json, type ModelFilePart, type ModelReplyPart, type ModelRequest, type ModelResponse } from "@dad/protocol";
import { ModelError, ScriptUnusedError } from "../errors.ts";
import { excerpt } from "../excerpt.ts";
import type { GenerateOptions, ModelResource } from "../model-resource.ts";
import { RECORDED } from "../recorded/recorded-model.ts";
import { withStructured } from "../reply.ts";
import { tellReply } from "../tell-reply.ts";

/** A tool that the scripted model calls. */
export interface ScriptedCall {
  readonly tool: string;
  /** Default: `{}`. */
  readonly input?: Json;
  /** Default: `call_1`, `call_2`, … through the script. */
  readonly callId?: string;
}

/** Any part of a response; an object as `structured` is enough. */
export interface ScriptedReply extends Partial<ModelResponse> {
  readonly reasoning?: string;
  readonly files?: readonly Omit<ModelFilePart, "type">[];
  readonly toolCalls?: readonly ScriptedCall[];
}

/** A text, a reply, or an error to fail with. */
export type ScriptedAnswer = string | ScriptedReply | Error;

/** An answer, and what the model must have been asked for it. */
export interface ScriptedTurn {
  /** What the last message has to contain or to match, or a function that takes the request or not. */
  readonly expect: string | RegExp | ((request: ModelRequest) => boolean);
  readonly answer: ScriptedAnswer;
}

export interface ScriptedModel extends ModelResource {
  /** What the model was asked, in order, as it was at the call. */
  readonly requests: readonly ModelRequest[];
  /** @throws ScriptUnusedError (`SCRIPT_UNUSED`) when the model was not asked for all of its answers; it says which are left. */
  assertUsedUp(): void;
}

export type Script =
  | readonly (ScriptedAnswer | ScriptedTurn)[]
  /** The number of the call is from 0. An answer that never comes is waited for until the call is aborted. */
  | ((request: ModelRequest, call: number) => ScriptedAnswer | Promise<ScriptedAnswer>);

/**
 * A model for tests that gives one answer after another, or what a function of the request and the number of the call
 * returns. For a request with an `output` a text is parsed. A reply says 1 input and 1 output token, unless
 * the script says another usage; both are in `usage.recorded`, and nothing is used or paid. Replies are told
 * word by word to who wants to hear them.
 *
 * @throws ModelError from `generate`: `MODEL_NOT_RECORDED` when there are no answers left, or the request is not the expected one.
 */
export function scriptedModel(script: Script): ScriptedModel {
  const requests: ModelRequest[] = [];
  const answerTo = typeof script === "function" ? script : (request: ModelRequest, call: number) => answerOf(script, request, call);
  let calls = 0;
  const nextCallId = () => `call_${(calls += 1)}`;

  return {
    provider: "scripted",
    modelId: "scripted",
    capabilities: RECORDED,
    requests,
    async generate(request, { signal, onPiece }: GenerateOptions = {}) {
      signal?.throwIfAborted();
      const asked = structuredClone(request);
      const answer = await untilAborted(answerTo(asked, requests.push(asked) - 1), signal);
      if (answer instanceof Error) throw answer;
      const reply = responseOf(typeof answer === "string" ? { text: answer } : structuredClone(answer), nextCallId);
      tellReply(reply, onPiece);
      return withStructured(reply, { request });
    },
    assertUsedUp() {
      const left = typeof script === "function" ? [] : script.slice(requests.length);
      if (left.length > 0) throw new ScriptUnusedError(requests.length, left.map(shown));
    },
  };
}

async function untilAborted<Value>(value: Value | Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal || !(value instanceof Promise)) return value;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  // The function of the script may have aborted the call itself.
  if (signal.aborted) abort();
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function answerOf(script: readonly (ScriptedAnswer | ScriptedTurn)[], request: ModelRequest, call: number): ScriptedAnswer {
  const turn = script[call];
  if (turn === undefined) {
    const { length } = script;
    throw notInScript(`the script has ${length} ${length === 1 ? "answer" : "answers"}, and the model was asked once more`, request);
  }
  if (!isTurn(turn)) return turn;
  if (!isExpected(turn.expect, request)) throw notInScript(`call ${call + 1} of the script is to be ${expected(turn.expect)}`, request);
  return turn.answer;
}

function isTurn(turn: ScriptedAnswer | ScriptedTurn): turn is ScriptedTurn {
  return typeof turn === "object" && "expect" in turn;
}

function isExpected(expect: ScriptedTurn["expect"], request: ModelRequest): boolean {
  if (typeof expect === "function") return expect(request);
  const said = lastSaid(request);
  return typeof expect === "string" ? said.includes(expect) : said.search(expect) >= 0;
}

/** The last message: its text as it is, and the rest of it as JSON. */
function lastSaid({ messages }: ModelRequest): string {
  const content = messages.at(-1)?.content ?? "";
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : JSON.stringify(part))).join("\n");
}

function expected(expect: ScriptedTurn["expect"]): string {
  if (typeof expect === "function") return "one that its function takes";
  return typeof expect === "string"
    ? `one that has ${JSON.stringify(expect)} in its last message`
    : `one whose last message matches ${String(expect)}`;
}

function notInScript(problem: string, request: ModelRequest): ModelError {
  return new ModelError("MODEL_NOT_RECORDED", `${problem}; the last message was ${JSON.stringify(excerpt(lastSaid(request)))}`);
}

function shown(turn: ScriptedAnswer | ScriptedTurn): string {
  const answer = isTurn(turn) ? turn.answer : turn;
  return excerpt(answer instanceof Error ? String(answer) : JSON.stringify(answer));
}

const ONE_EACH = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

function responseOf({ reasoning, files = [], toolCalls = [], usage = ONE_EACH, ...reply }: ScriptedReply, nextCallId: () => string): ModelResponse {
  const text = reply.text ?? (reply.structured === undefined ? "" : JSON.stringify(reply.structured));
  const calls = toolCalls.map(({ tool, input = {}, callId = nextCallId() }) => ({ type: "tool-call" as const, callId, tool, input }));
  const more: ModelReplyPart[] = [
    ...(reasoning === undefined ? [] : [{ type: "reasoning" as const, text: reasoning }]),
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...files.map((file) => ({ ...file, type: "file" as const })),
    ...calls,
  ];
  return {
    text,
    ...(more.every(({ type }) => type === "text") ? {} : { content: more }),
    finishReason: calls.length > 0 ? "tool-calls" : "stop",
    modelId: "scripted",
    ...reply,
    usage: asRecorded(usage),
  };
}
