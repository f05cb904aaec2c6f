import { setImmediate } from "node:timers/promises";
import type { Question } from "@dad/agent";
import type { InputId, InputRequest, Json } from "@dad/protocol";
import type { RequestHistory } from "@dad/run-context";
import { type AnswerDesk, answerDesk, type AnswerDeskOptions } from "./answer-desk.ts";
import { problemOf } from "./answer-problem.ts";
import { type AnswerTaking, answerTaking } from "./answer-taking.ts";
import { type AskAround, askAround, type AskAroundOptions } from "./ask-around.ts";
import { InputCancelledError, InputExpiredError, InputInvalidError } from "./errors.ts";
import { inboxFeed } from "./inbox-feed.ts";
import { type LiveRequest, liveRequest } from "./live-request.ts";
import type { EarlierAnswer } from "./request-book.ts";
import { recordOrder } from "./record-order.ts";
import { askedOf, askedWithout, type DescribeSchema, durationOf, schemaDescriber } from "./request-of.ts";
import type { AttemptWaits } from "./wait-room.ts";

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
   * Gives the answer as it was given: it fits the schema, which says what it means. Those on record are given in the order of the record.
   *
   * @throws `INPUT_EXPIRED`, `INPUT_CANCELLED`, `INPUT_INVALID` for one on record that does not fit any more, the reason of the asker's
   * signal, TypeError.
   */
  ask(asker: Asker, question: Question, options?: AskingOptions): Promise<Json>;
  /** An attempt is over: what it still asked needs no answer. */
  end(asker: Pick<Asker, "path" | "attempt">): Promise<void>;
  /** Looks once more whether one of these was answered meanwhile. */
  isAnswered(requests: readonly InputId[]): Promise<boolean>;
  /** The run is parked: whatever is answered from now on is for whoever goes on with it. */
  park(): void;
  /** Nobody can be asked any more. */
  fail(error: unknown): void;
  close(): Promise<void>;
}

export type RunRequestsOptions = AnswerDeskOptions & Pick<AskAroundOptions, "clock" | "given" | "earlier">;

interface ToAsk {
  readonly asker: Asker;
  readonly question: Question;
  readonly request: InputRequest;
  readonly known: RequestHistory | undefined;
}

/** What it takes to ask. */
interface Asking extends RunRequestsOptions {
  readonly desk: AnswerDesk;
  readonly taking: AnswerTaking;
  readonly around: AskAround;
  readonly describe: DescribeSchema;
  readonly inOrder: ReturnType<typeof recordOrder>;
}

export function runRequests(options: RunRequestsOptions): RunRequests {
  const desk = answerDesk(options);
  const feed = inboxFeed(options.run, desk);
  const taking = answerTaking({ desk, feed, clock: options.clock });
  const around = askAround({ ...options, feed, taking });
  const asking: Asking = { ...options, desk, taking, around, describe: schemaDescriber(), inOrder: recordOrder() };
  const leave = (live: LiveRequest): void => {
    live.leave();
    desk.over(live);
  };
  return {
    listen: () => feed.listen(),
    ask: (asker, question, { signal } = {}) => answer(asking, { asker, question }, signal),
    async end({ path, attempt }) {
      const left = [...desk.live.values()].filter(({ request, attempt: own }) => request.path === path && own === attempt);
      for (const live of left) {
        leave(live);
        await taking.cancel(live);
      }
    },
    async isAnswered(requests) {
      await feed.look();
      return requests.some((id) => desk.live.get(id)?.isOver() !== false);
    },
    park() {
      for (const live of desk.live.values()) leave(live);
    },
    fail(error) {
      for (const live of desk.live.values()) live.fail(error);
    },
    close: () => feed.close(),
  };
}

async function answer(asking: Asking, { asker, question }: Pick<ToAsk, "asker" | "question">, signal: AbortSignal | undefined): Promise<Json> {
  const { book, clock, desk, describe, earlier, inOrder, run } = asking;
  const asked = askedWithout(askedOf(asker.path, question, describe), run);
  const { id, known } = book.find(asked);
  if (known?.state === "answered" && known.value !== undefined) return await inOrder(known.seq, onRecord(question, known.request, known.value));
  if (known?.state === "expired") return onTimeout(question, known.request);
  const secret = desk.secrets.get(id);
  if (secret !== undefined) return secret;
  // Of several that were asked at once, the others are over once the first is answered: that is not to be asked again.
  if (known?.state === "cancelled" && signal) await setImmediate();
  asker.signal.throwIfAborted();
  if (signal?.aborted) throw new InputCancelledError(id, signal.reason);
  const expiresAt = known?.request.expiresAt ?? expiryOf(question, clock.now());
  const request: InputRequest = { ...asked, id, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const toAsk = { asker, question, request, known };
  const before = earlier(request);
  if (before?.isFinal) return await replayed(asking, toAsk, before);
  const other = desk.live.get(id);
  return await (other ? shared(other, asker, signal) : ask(asking, toAsk, signal));
}

async function ask({ desk, around, taking, run }: Asking, toAsk: ToAsk, signal: AbortSignal | undefined): Promise<Json> {
  const { asker, question, request, known } = toAsk;
  const live = desk.open({ request, schema: question.schema, attempt: asker.attempt });
  using _stopping = stopping(live, asker.signal, signal);
  try {
    const asked = asker.waits.during(() => around(live, known));
    asked.catch(() => undefined);
    // The order of answers is that in which they are given, whatever is still to be done around them.
    await Promise.race([asked, live.answer]);
    using _waiting = live.isOver() ? undefined : asker.waits.waiting(request.id);
    return await live.answer;
  } catch (error) {
    if (error instanceof InputExpiredError) return onTimeout(question, request);
    // Of a run that is cancelled, it stays open: whoever goes on with that is asked again, and it is known that the node waited.
    if (!run.signal.aborted) await taking.cancel(live);
    throw error;
  } finally {
    desk.over(live);
  }
}

/** What nobody is asked, and nobody else can answer. */
async function replayed({ run, desk }: Asking, { asker: { attempt }, question, request }: ToAsk, before: EarlierAnswer): Promise<Json> {
  await run.record({ type: "input.requested", path: request.path, attempt, request });
  await desk.accept(liveRequest({ request, schema: question.schema, attempt }), before);
  return onRecord(question, request, before.value);
}

/** The same question of the same node, which is asked already. */
async function shared(live: LiveRequest, asker: Asker, signal: AbortSignal | undefined): Promise<Json> {
  using _waiting = asker.waits.waiting(live.request.id);
  return await unlessAborted(live.answer, signal, (reason) => new InputCancelledError(live.request.id, reason));
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

/** An answer on record counts, unless what it has to fit is another than it was. @throws InputInvalidError (`INPUT_INVALID`). */
function onRecord({ schema }: Question, request: InputRequest, value: Json): Json {
  const problem = problemOf({ request, schema }, value);
  if (problem !== undefined) throw new InputInvalidError(request.id, problem, "the answer on record");
  return value;
}

function expiryOf({ expiresIn }: Question, now: number): string | undefined {
  return expiresIn === undefined ? undefined : new Date(now + durationOf(expiresIn)).toISOString();
}

function onTimeout({ onTimeout: then }: Question, { id, expiresAt = "" }: InputRequest): Json {
  if (then === "deny") return false;
  if (typeof then === "object") return then.default as Json;
  throw new InputExpiredError(id, expiresAt);
}

function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined, errorOf: (reason: unknown) => Error): Promise<Value> {
  if (signal === undefined) return value;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(errorOf(signal.reason));
  signal.addEventListener("abort", end, { once: true });
  return Promise.race([value, aborted]).finally(() => signal.removeEventListener("abort", end));
}
