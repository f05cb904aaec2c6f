import type { Question } from "@dad/agent";
import { type AnsweredBy, type InputId, InputKey, type InputRequest, type Json } from "@dad/protocol";
import type { z } from "zod";
import { problemsOf } from "../errors.ts";
import { answerDesk, type AnswerDeskOptions, TIMEOUT } from "./answer-desk.ts";
import { InputCancelledError, InputExpiredError, InputInvalidError } from "./errors.ts";
import { inboxFeed } from "./inbox-feed.ts";
import type { LiveRequest } from "./live-request.ts";
import type { EarlierAnswer } from "./request-book.ts";
import { askedOf, durationOf, requestId } from "./request-of.ts";
import type { AttemptWaits } from "./wait-room.ts";
import { at } from "./wall-clock.ts";

/** The attempt that asks. */
export interface Asker {
  readonly attempt: number;
  readonly path: InputRequest["path"];
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
  readonly waits: AttemptWaits;
}

export interface AskingOptions {
  /** Aborted when no answer is needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked of people, and what they answered, in one walk. */
export interface RunRequests {
  /** From now on, what others post is taken. */
  listen(): void;
  /**
   * Gives the answer as it was given: it fits the schema, which says what it means.
   *
   * @throws `INPUT_EXPIRED`, `INPUT_CANCELLED`, `INPUT_INVALID` for one on record that does not fit any more, the reason of the asker's
   * signal, TypeError.
   */
  ask(asker: Asker, question: Question, options?: AskingOptions): Promise<Json>;
  /** An attempt is over: what it still asked needs no answer. */
  end(asker: Pick<Asker, "path" | "attempt">): Promise<void>;
  /** Looks once more whether one of these was answered meanwhile. */
  isAnswered(requests: readonly InputId[]): Promise<boolean>;
  /** Nobody can be asked any more. */
  fail(error: unknown): void;
  close(): Promise<void>;
}

export interface RunRequestsOptions extends AnswerDeskOptions {
  /** Values that were given from outside before the run started. */
  readonly given: (id: InputId) => Json | undefined;
  /** Of a re-run: what the run before was answered to the same question. */
  readonly earlier: (request: InputRequest) => EarlierAnswer | undefined;
}

interface ToAsk {
  readonly asker: Asker;
  readonly question: Question;
  readonly request: InputRequest;
  /** It is on record that it was asked, and that it is open. */
  readonly isOpen: boolean;
}

export function runRequests({ given, earlier, ...options }: RunRequestsOptions): RunRequests {
  const { run, book, clock } = options;
  const desk = answerDesk(options);
  const feed = inboxFeed(run, desk);
  const by = (channel: string): AnsweredBy => ({ channel, at: new Date(clock.now()).toISOString() });

  async function answer(asker: Asker, question: Question, { signal }: AskingOptions): Promise<Json> {
    const asked = askedOf(asker.path, question);
    const { id, known } = book.find(asked);
    if (known?.state === "answered" && known.value !== undefined) return known.value;
    if (known?.state === "expired") return onTimeout(question, known.request);
    const secret = desk.secrets.get(id);
    if (secret !== undefined) return secret;
    // Of several that were asked at once, the others are over once the first is answered: that is not to be asked again.
    if (known?.state === "cancelled" && signal) await aTurn();
    signal?.throwIfAborted();
    const expiresAt = known?.request.expiresAt ?? expiryOf(question, clock.now());
    const request: InputRequest = { ...asked, id, ...(expiresAt === undefined ? {} : { expiresAt }) };
    return await (desk.live.get(id)?.answer ?? ask({ asker, question, request, isOpen: known?.state === "open" }, signal));
  }

  async function ask(toAsk: ToAsk, signal: AbortSignal | undefined): Promise<Json> {
    const { asker, question, request } = toAsk;
    const live = desk.open({ request, schema: question.schema, attempt: asker.attempt });
    using _stopping = stopping(live, asker.signal, signal);
    try {
      await askAround(live, toAsk);
      using _expiry = expiring(live);
      using _waiting = live.isOver() ? undefined : asker.waits.waiting(request.id);
      return await live.answer;
    } catch (error) {
      if (error instanceof InputExpiredError) return onTimeout(question, request);
      if (error instanceof InputCancelledError) await desk.cancel(request);
      throw error;
    } finally {
      desk.over(live);
    }
  }

  /** Asks those who may have an answer at once: the record, the inbox, what was given, the handlers. */
  async function askAround(live: LiveRequest, { asker, question, request, isOpen }: ToAsk): Promise<void> {
    using _busy = asker.waits.busy();
    if (!isOpen) await run.record({ type: "input.requested", path: request.path, attempt: asker.attempt, request });
    book.note({ request, path: request.path, state: "open", seq: 0 });
    const before = earlier(request);
    if (before) return desk.accept(live, before, before.origin);
    await feed.look();
    const value = given(request.id);
    if (live.isOver()) return;
    if (value !== undefined) return take(live, { value: checked(question.schema, value).value, by: by("static") });
    const answered = await askHandlers(live, question);
    if (answered && !live.isOver()) await take(live, { value: answered.value, by: by("handler") });
  }

  async function askHandlers({ request, over, isOver }: LiveRequest, { schema }: Question): Promise<{ readonly value: Json } | undefined> {
    const { events } = run.ports;
    const asking = events.ask("input", { ...request, runId: run.env.runId }, { accept: (value) => checked(schema, value), signal: over });
    return asking.catch((error: unknown) => {
      // Somebody else has answered while a handler was still thinking.
      if (!isOver()) throw error;
      return undefined;
    });
  }

  /** Takes what somebody in this process has answered, unless somebody else was first. */
  async function take(live: LiveRequest, answered: { readonly value: Json; readonly by: AnsweredBy }): Promise<void> {
    const isSecret = live.request.as === "secret";
    const message = isSecret ? undefined : await desk.claim(live.request.id, answered);
    if (!isSecret && !message) return feed.look();
    await feed.inTurn(async () => (live.isOver() ? undefined : desk.accept(live, answered)));
    if (message) await desk.inbox?.settle(message, "accepted");
  }

  async function expire(live: LiveRequest): Promise<void> {
    if (live.request.onTimeout === "wait") return desk.expire(live);
    // Somebody may have answered in time.
    await feed.look();
    if (live.isOver()) return;
    const message = await desk.claim(live.request.id, { value: null, by: by(TIMEOUT) });
    if (!message) return feed.look();
    await feed.inTurn(async () => (live.isOver() ? undefined : desk.expire(live)));
    await desk.inbox?.settle(message, "accepted");
  }

  function expiring(live: LiveRequest): Disposable | undefined {
    const { expiresAt } = live.request;
    return expiresAt === undefined || live.isOver() ? undefined : at(clock, Date.parse(expiresAt), () => void expire(live).catch(live.fail));
  }

  return {
    listen: () => feed.listen(),
    async ask(asker, question, asking = {}) {
      const value = await answer(asker, question, asking);
      const { error } = question.schema.safeParse(value);
      if (error) throw new InputInvalidError(requestId({ path: asker.path, key: InputKey.parse(question.key) }, 1), problemsOf(error));
      return value;
    },
    async end({ path, attempt }) {
      const left = [...desk.live.values()].filter(({ request, attempt: own }) => request.path === path && own === attempt);
      for (const live of left) {
        desk.over(live);
        await desk.cancel(live.request);
      }
    },
    async isAnswered(requests) {
      await feed.look();
      return requests.some((id) => desk.live.get(id)?.isOver() !== false);
    },
    fail(error) {
      for (const live of desk.live.values()) live.fail(error);
    },
    close: () => feed.close(),
  };
}

/** Ends a request when its asker ends, or needs it no more. */
function stopping({ request, fail }: LiveRequest, asker: AbortSignal, signal: AbortSignal | undefined): Disposable {
  const end = (): void => fail(asker.reason);
  const cancel = (): void => fail(new InputCancelledError(request.id, signal?.reason));
  asker.addEventListener("abort", end, { once: true });
  signal?.addEventListener("abort", cancel, { once: true });
  return {
    [Symbol.dispose]() {
      asker.removeEventListener("abort", end);
      signal?.removeEventListener("abort", cancel);
    },
  };
}

/** What was accepted, as it was given: what the schema makes of it is made again each time. */
function checked(schema: z.ZodType, value: Json): { readonly value: Json } {
  schema.parse(value);
  return { value };
}

function expiryOf({ expiresIn }: Question, now: number): string | undefined {
  return expiresIn === undefined ? undefined : new Date(now + durationOf(expiresIn)).toISOString();
}

function onTimeout({ onTimeout: then }: Question, { id, expiresAt = "" }: InputRequest): Json {
  if (then === "deny") return false;
  if (typeof then === "object") return then.default as Json;
  throw new InputExpiredError(id, expiresAt);
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
