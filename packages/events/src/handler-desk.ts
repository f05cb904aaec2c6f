import { AsyncLocalStorage } from "node:async_hooks";
import type { AskOptions, Questions } from "./event-bus.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { type HandlerLimits, registration, timeLimit } from "./handler-options.ts";
import { untilAborted } from "./until-aborted.ts";

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
  /** Ends the registration. */
  readonly signal: AbortSignal | undefined;
}

interface Registered<Of extends Kind> {
  readonly answerer: Answerer<Of>;
  /** Runs what it is given in the async context of who registered it. */
  readonly inContext: <Result>(work: () => Result) => Result;
  /** Aborted when it is taken back. */
  readonly withdrawn: AbortSignal;
}

/** The handlers of one kind. */
export interface HandlerDesk<Of extends Kind> {
  register(answerer: Answerer<Of>): Disposable;
  ask<Accepted>(question: Question<Of>, options: Required<AskOptions<Answer<Of>, Accepted>>): Promise<Accepted | undefined>;
  /** Takes all of them back. */
  close(): void;
}

export type ReportFailure<Of extends Kind> = (question: Question<Of>, error: unknown, handler: string) => void;

/** Asks the registered handlers, one after the other, until one has an answer that is accepted. */
export function handlerDesk<Of extends Kind>(report: ReportFailure<Of>): HandlerDesk<Of> {
  const registrations = new Map<Registered<Of>, Disposable>();

  return {
    register(answerer) {
      const withdrawal = new AbortController();
      const registered = { answerer, inContext: AsyncLocalStorage.snapshot(), withdrawn: withdrawal.signal };
      const held = registration(() => {
        registrations.delete(registered);
        withdrawal.abort();
      }, answerer.signal);
      if (!withdrawal.signal.aborted) registrations.set(registered, held);
      return held;
    },
    async ask(question, { accept, signal }) {
      signal.throwIfAborted();
      let asked: Question<Of> | undefined;
      // A map is walked live: who registers meanwhile is asked too, who is gone is not.
      for (const registered of registrations.keys()) {
        const { answerer, withdrawn } = registered;
        if (answerer.concerns?.(question) === false) continue;
        // Nobody who is asked can change what is asked of others, or what it is about.
        asked ??= frozenCopy(question);
        try {
          const given = await answerOf(registered, asked, signal);
          if (given !== undefined) return await untilAborted(() => accept(given), signal);
        } catch (error) {
          signal.throwIfAborted();
          if (withdrawn.aborted) continue;
          report(question, error, answerer.limits.name);
          if (answerer.failing) return accept(answerer.failing(error));
        }
      }
      return undefined;
    },
    close() {
      for (const held of registrations.values()) held[Symbol.dispose]();
    },
  };
}

async function answerOf<Of extends Kind>({ answerer, inContext, withdrawn }: Registered<Of>, question: Question<Of>, signal: AbortSignal) {
  const late = new AbortController();
  const wanted = AbortSignal.any([signal, withdrawn, late.signal]);
  const limit = timeLimit(answerer.limits, (error) => late.abort(error));
  try {
    return await untilAborted(() => inContext(() => answerer.answer(question, { signal: wanted })), wanted);
  } finally {
    limit[Symbol.dispose]();
  }
}
