import { AsyncLocalStorage } from "node:async_hooks";
import type { Answering, AskOptions, Questions } from "./event-bus.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { type HandlerLimits, registration, timeLimit } from "./handler-options.ts";
import { type Stoppable, stoppable } from "./stoppable.ts";

type Kind = keyof Questions;
type Question<Of extends Kind> = Questions[Of]["question"];
type Answer<Of extends Kind> = Questions[Of]["answer"];

/** Somebody who can be asked. */
export interface Answerer<Of extends Kind> {
  /** Gives an answer, or `undefined` to leave the question to the next one. */
  answer(question: Question<Of>, options: { readonly signal: AbortSignal }): Answer<Of> | undefined | Promise<Answer<Of> | undefined>;
  /** Whether it is asked this at all. Default: it is. */
  concerns?(question: Question<Of>): boolean;
  /** The answer when it has failed to give one. Default: the next one is asked. */
  failing?(error: unknown): Answer<Of>;
  readonly limits: HandlerLimits;
  /** Default: the channel `handler`. */
  readonly by?: Answering | undefined;
  /** Ends the registration. */
  readonly signal: AbortSignal | undefined;
}

interface Registered<Of extends Kind> {
  readonly answerer: Answerer<Of>;
  /** Runs what it is given in the async context of who registered it. */
  readonly inContext: <Result>(work: () => Result) => Result;
  /** The calls of it that are going on. */
  readonly calls: Set<Stoppable>;
  isWithdrawn: boolean;
}

/** The handlers of one kind. */
export interface HandlerDesk<Of extends Kind> {
  register(answerer: Answerer<Of>): Disposable;
  ask<Accepted>(question: Question<Of>, options: AskOptions<Answer<Of>, Accepted>): Promise<Accepted | undefined>;
  /** Takes all of them back, and rejects what is being asked. */
  close(reason: Error): void;
}

export type ReportFailure<Of extends Kind> = (question: Question<Of>, error: unknown, handler: string) => void;

const HANDLER: Answering = { channel: "handler" };

/** Asks the registered handlers, one after the other, until one has an answer that is accepted. */
export function handlerDesk<Of extends Kind>(report: ReportFailure<Of>): HandlerDesk<Of> {
  const registrations = new Map<Registered<Of>, Disposable>();
  const asking = new Set<Stoppable>();
  let closed: Error | undefined;

  return {
    register: (answerer) => registerAt(registrations, answerer),
    async ask(question, { accept, signal }) {
      const assertWanted = () => {
        signal?.throwIfAborted();
        if (closed) throw closed;
      };
      assertWanted();
      const asked = stoppable();
      const abort = () => asked.stop(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      asking.add(asked);
      try {
        return await askEach(registrations.keys(), question, { accept, asked, assertWanted, report });
      } finally {
        asking.delete(asked);
        signal?.removeEventListener("abort", abort);
      }
    },
    close(reason) {
      closed = reason;
      for (const asked of asking) asked.stop(reason);
      for (const held of registrations.values()) held[Symbol.dispose]();
    },
  };
}

interface Asking<Of extends Kind, Accepted> extends Pick<AskOptions<Answer<Of>, Accepted>, "accept"> {
  readonly asked: Stoppable;
  /** Throws when nobody wants an answer any more. */
  readonly assertWanted: () => void;
  readonly report: ReportFailure<Of>;
}

/** The registrations come live: who registers meanwhile is asked too, who is gone is not. */
async function askEach<Of extends Kind, Accepted>(
  registrations: Iterable<Registered<Of>>,
  question: Question<Of>,
  { accept, asked, assertWanted, report }: Asking<Of, Accepted>,
): Promise<Accepted | undefined> {
  let frozen: Question<Of> | undefined;
  for (const registered of registrations) {
    // Between two of them nothing is waited for that could be stopped.
    assertWanted();
    const { answerer } = registered;
    if (answerer.concerns?.(question) === false) continue;
    // Nobody who is asked can change what is asked of others, or what it is about.
    frozen ??= frozenCopy(question);
    try {
      const given = await answerOf(registered, frozen, asked);
      assertWanted();
      if (given !== undefined) return await asked.until(() => accept(given, answerer.by ?? HANDLER));
    } catch (error) {
      assertWanted();
      if (registered.isWithdrawn) continue;
      report(question, error, answerer.limits.name);
      if (answerer.failing) return accept(answerer.failing(error), answerer.by ?? HANDLER);
    }
  }
  return undefined;
}

function registerAt<Of extends Kind>(registrations: Map<Registered<Of>, Disposable>, answerer: Answerer<Of>): Disposable {
  const registered: Registered<Of> = { answerer, inContext: AsyncLocalStorage.snapshot(), calls: new Set(), isWithdrawn: false };
  const held = registration(() => {
    registrations.delete(registered);
    registered.isWithdrawn = true;
    for (const call of registered.calls) call.stop(new DOMException("The handler was taken back.", "AbortError"));
  }, answerer.signal);
  if (!registered.isWithdrawn) registrations.set(registered, held);
  return held;
}

async function answerOf<Of extends Kind>({ answerer, inContext, calls }: Registered<Of>, question: Question<Of>, asked: Stoppable) {
  const wanted = new AbortController();
  const limit = timeLimit(answerer.limits, (error) => asked.stop(error));
  calls.add(asked);
  try {
    // Most handlers look at no signal, which takes longer to make than all else here.
    const options = {
      get signal() {
        return wanted.signal;
      },
    };
    return await asked.until(() => inContext(() => answerer.answer(question, options)));
  } catch (error) {
    wanted.abort(error);
    throw error;
  } finally {
    calls.delete(asked);
    limit[Symbol.dispose]();
  }
}
