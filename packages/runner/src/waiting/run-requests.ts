import type { Question } from "@dad/agent";
import type { Answering } from "@dad/events";
import type { AnsweredBy, InputId, InputRequest, Json } from "@dad/protocol";
import type { RequestHistory } from "@dad/run-context";
import { answerDesk, type AnswerDeskOptions, type Given, TIMEOUT } from "./answer-desk.ts";
import { problemOf, type ToFit } from "./answer-problem.ts";
import { InputCancelledError, InputExpiredError, InputInvalidError } from "./errors.ts";
import { inboxFeed } from "./inbox-feed.ts";
import { type LiveRequest, liveRequest } from "./live-request.ts";
import type { EarlierAnswer } from "./request-book.ts";
import { recordOrder } from "./record-order.ts";
import { askedOf, durationOf, schemaDescriber } from "./request-of.ts";
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
  readonly known: RequestHistory | undefined;
}

export function runRequests({ given, earlier, ...options }: RunRequestsOptions): RunRequests {
  const { run, book, clock } = options;
  const desk = answerDesk(options);
  const feed = inboxFeed(run, desk);
  const describe = schemaDescriber();
  const inOrder = recordOrder();
  const by = (channel: string): AnsweredBy => ({ channel, at: new Date(clock.now()).toISOString() });

  async function answer(asker: Asker, question: Question, { signal }: AskingOptions): Promise<Json> {
    const asked = askedOf(asker.path, question, describe);
    const { id, known } = book.find(asked);
    if (known?.state === "answered" && known.value !== undefined) return await inOrder(known.seq, onRecord(question, known.request, known.value));
    if (known?.state === "expired") return onTimeout(question, known.request);
    const secret = desk.secrets.get(id);
    if (secret !== undefined) return secret;
    // Of several that were asked at once, the others are over once the first is answered: that is not to be asked again.
    if (known?.state === "cancelled" && signal) await aTurn();
    if (signal?.aborted) throw new InputCancelledError(id, signal.reason);
    const expiresAt = known?.request.expiresAt ?? expiryOf(question, clock.now());
    const request: InputRequest = { ...asked, id, ...(expiresAt === undefined ? {} : { expiresAt }) };
    const before = earlier(request);
    if (before?.isFinal) return await replayed(asker, { question, request }, before);
    const other = desk.live.get(id);
    return await (other ? shared(other, asker, signal) : ask({ asker, question, request, known }, signal));
  }

  async function ask(toAsk: ToAsk, signal: AbortSignal | undefined): Promise<Json> {
    const { asker, question, request } = toAsk;
    const live = desk.open({ request, schema: question.schema, attempt: asker.attempt });
    using _stopping = stopping(live, asker.signal, signal);
    try {
      const around = asker.waits.during(() => askAround(live, toAsk));
      around.catch(() => undefined);
      // The order of answers is that in which they are given, whatever is still to be done around them.
      await Promise.race([around, live.answer]);
      using _waiting = live.isOver() ? undefined : asker.waits.waiting(request.id);
      return await live.answer;
    } catch (error) {
      if (error instanceof InputExpiredError) return onTimeout(question, request);
      await cancel(live);
      throw error;
    } finally {
      desk.over(live);
    }
  }

  /** What nobody is asked, and nobody else can answer. */
  async function replayed(asker: Asker, { question, request }: Pick<ToAsk, "question" | "request">, before: EarlierAnswer): Promise<Json> {
    await run.record({ type: "input.requested", path: request.path, attempt: asker.attempt, request });
    await desk.accept(liveRequest({ request, schema: question.schema, attempt: asker.attempt }), before);
    return onRecord(question, request, before.value);
  }

  /** The same question of the same node, which is asked already. */
  async function shared(live: LiveRequest, asker: Asker, signal: AbortSignal | undefined): Promise<Json> {
    using _waiting = asker.waits.waiting(live.request.id);
    return await unlessAborted(live.answer, signal, (reason) => new InputCancelledError(live.request.id, reason));
  }

  /** Asks those who may have an answer at once: the inbox, what was given, the run before, the handlers. */
  async function askAround(live: LiveRequest, { asker, request, known }: ToAsk): Promise<void> {
    if (known?.state !== "open") await run.record({ type: "input.requested", path: request.path, attempt: asker.attempt, request });
    book.note({ request, path: request.path, state: "open", seq: known?.seq ?? 0 });
    await feed.look();
    const value = given(request.id);
    if (value !== undefined) return take(live, { value: checkedStatic(live, value), by: by("static") });
    const before = earlier(request);
    if (before && problemOf(live, before.value) === undefined) return take(live, before);
    if (known?.overdue !== true) await expiring(live);
    const answered = live.isOver() ? undefined : await askHandlers(live);
    if (answered) await take(live, answered);
  }

  async function askHandlers(live: LiveRequest): Promise<Given | undefined> {
    const { request, over, isOver } = live;
    const accept = (value: Json, { channel, who }: Answering): Given => {
      const problem = problemOf(live, value);
      if (problem !== undefined) throw new InputInvalidError(request.id, problem);
      return { value, by: { ...by(channel), ...(who === undefined ? {} : { who }) } };
    };
    const asking = run.ports.events.ask("input", { ...request, runId: run.env.runId }, { accept, signal: over });
    return asking.catch((error: unknown) => {
      // Somebody else has answered while a handler was still thinking.
      if (!isOver()) throw error;
      return undefined;
    });
  }

  /** Takes what this process has, unless somebody else was first. */
  async function take(live: LiveRequest, answered: Given): Promise<void> {
    if (live.request.as === "secret") await feed.inTurn(async () => (live.isOver() ? undefined : desk.accept(live, answered)));
    else await conclude(live, answered, () => desk.accept(live, answered));
  }

  /**
   * Whoever is first in the inbox is taken, if that fits, and else this. What only the inbox says is taken is not: the journal is
   * the truth.
   */
  async function conclude(live: LiveRequest, answered: Given, how: () => Promise<void>): Promise<void> {
    const conclusion = async (isTruth: boolean): Promise<boolean> => {
      if (live.isOver()) return true;
      const message = await desk.claim(live.request.id, answered);
      if (!message && !isTruth) return false;
      await how();
      if (message) await desk.inbox?.settle(message, "accepted");
      return true;
    };
    for (let missing = 0; !(await feed.inTurn(() => conclusion(missing === 2)));) {
      const pending = await feed.look();
      if (!pending.has(live.request.id)) missing += 1;
    }
  }

  async function expire(live: LiveRequest): Promise<void> {
    if (live.request.onTimeout === "wait") return feed.inTurn(async () => (live.isOver() ? undefined : desk.expire(live)));
    // Somebody may have answered in time.
    await feed.look();
    await conclude(live, { value: null, by: by(TIMEOUT) }, () => desk.expire(live));
  }

  /** From now on, it expires by itself. */
  async function expiring(live: LiveRequest): Promise<void> {
    const { expiresAt } = live.request;
    if (expiresAt === undefined || live.isOver()) return;
    if (Date.parse(expiresAt) <= clock.now()) return expire(live);
    const timer = at(clock, Date.parse(expiresAt), () => void expire(live).catch(live.fail));
    live.over.addEventListener("abort", () => timer[Symbol.dispose](), { once: true });
  }

  /** It needs no answer any more. One that it has stays. */
  function cancel({ request }: LiveRequest): Promise<void> {
    return feed.inTurn(async () => (book.of(request.id)?.state === "open" ? desk.cancel(request) : undefined));
  }

  return {
    listen: () => feed.listen(),
    ask: (asker, question, asking = {}) => answer(asker, question, asking),
    async end({ path, attempt }) {
      const left = [...desk.live.values()].filter(({ request, attempt: own }) => request.path === path && own === attempt);
      for (const live of left) {
        live.leave();
        desk.over(live);
        await cancel(live);
      }
    },
    async isAnswered(requests) {
      await feed.look();
      return requests.some((id) => desk.live.get(id)?.isOver() !== false);
    },
    park() {
      for (const live of desk.live.values()) {
        live.leave();
        desk.over(live);
      }
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

/** What was given before the run started, and fits nothing that was known then. @throws InputInvalidError (`INPUT_INVALID`). */
function checkedStatic(asked: ToFit, value: Json): Json {
  const problem = problemOf(asked, value);
  if (problem !== undefined) throw new InputInvalidError(asked.request.id, problem, "its static input");
  return value;
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

function aTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined, errorOf: (reason: unknown) => Error): Promise<Value> {
  if (signal === undefined) return value;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(errorOf(signal.reason));
  signal.addEventListener("abort", end, { once: true });
  return Promise.race([value, aborted]).finally(() => signal.removeEventListener("abort", end));
}
